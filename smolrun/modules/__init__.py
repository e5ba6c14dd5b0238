"""What a task can do to a host: one file a module."""
