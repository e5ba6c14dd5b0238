"""What the modules for a guest's system share: asking it, changing it, editing its files."""
