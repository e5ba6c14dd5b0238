"""``python -m smolrun``."""

from smolrun.cli import main

if __name__ == "__main__":
    main()
