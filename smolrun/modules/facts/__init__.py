"""What the raw texts that ``facts.sh`` reads on a guest mean, under the names of Ansible's facts."""
