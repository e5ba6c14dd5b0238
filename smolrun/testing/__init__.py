"""Proves a playbook on a fresh guest: it converges, converges again without a change, and check mode agrees."""
