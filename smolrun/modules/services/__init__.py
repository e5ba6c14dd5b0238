"""What the modules for services share."""
