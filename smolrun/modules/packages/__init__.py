"""What the modules for packages share."""
