"""What the modules that run the user's own commands have in common."""
