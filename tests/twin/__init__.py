"""The same tasks by ansible-core on a guest with Python, and by this program on a twin without."""
