"""The guests of a run: which there are, that they come up, and that they go."""
