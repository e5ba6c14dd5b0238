"""What is read before a run, and what is wrong with it."""
