"""What commands do, from their flags to the exit code."""
