"""The persistent SSH client: one connection, one command's life, deadlines, kills, host keys, readiness.

Knows nothing of playbooks and is a library by itself: ``from smolrun import SSHClient, CommandResult``.
"""
