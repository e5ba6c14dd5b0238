"""Archives: what is in them, what of it is there already, and how it gets onto a guest."""
