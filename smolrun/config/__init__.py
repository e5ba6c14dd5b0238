"""Configuration: what flags leave unsaid, from the environment, ``smolrun.toml`` and an existing ``ansible.cfg``."""
