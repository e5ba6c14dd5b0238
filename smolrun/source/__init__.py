"""Text that somebody wrote: YAML that remembers its places, and strings that carry trust."""
