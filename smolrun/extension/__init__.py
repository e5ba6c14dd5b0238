"""Code that users add: Python files beside playbooks and roles, and what installed packages offer."""
