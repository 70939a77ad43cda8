"""Run `python -m bench.chaos`."""

import sys

from bench.chaos.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
