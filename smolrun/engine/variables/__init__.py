"""What a host knows at a task: all layers of variables in Ansible's order of precedence."""
