"""Hosts, groups, patterns, and the variables that belong to them."""
