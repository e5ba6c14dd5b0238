"""In which order the hosts of a batch go through the tasks of a play."""
