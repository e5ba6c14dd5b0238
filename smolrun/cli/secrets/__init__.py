"""Passwords and files that nobody else may read."""
