"""The Jinja2 environment: filters, tests, lookups, trust, undefined variables."""
