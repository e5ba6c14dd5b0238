"""The command line: flags become calls, and errors become exit codes here and nowhere else."""
