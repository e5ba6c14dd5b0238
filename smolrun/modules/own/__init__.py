"""Modules that users write in POSIX ``sh``: what they declare, and how they run on a guest."""
