"""What is typed after `smolrun`: a file for each command."""
