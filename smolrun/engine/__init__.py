"""Runs plays: strategy, one task's life, blocks, handlers, variables; tells all of it as events."""
