"""What the modules for users and groups share."""
