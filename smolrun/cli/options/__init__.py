"""The options that commands share, and what they come to as values."""
