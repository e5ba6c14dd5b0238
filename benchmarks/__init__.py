"""Times smolrun beside its peers, in turn, in one run; see benchmarks/README.md."""
