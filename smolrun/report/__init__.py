"""Listeners of run events: the terminal, JSON lines, JUnit."""
