"""The port that every module talks through (run, put, get), and the ways it is answered: SSH and this machine."""
