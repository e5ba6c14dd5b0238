"""Modules that only look, and fail where something is not as it has to be: what `smolrun test` verifies with."""
