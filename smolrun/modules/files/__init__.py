"""What the modules that read and write files on a guest have in common."""
