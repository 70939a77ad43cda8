"""This file is `python3 -m backend`: it works on a bare checkout, and is the same command line as `maraude`.

It must be readable by old Pythons too, so that they can say what they lack. The way into the prepared environment is
`bootstrap/enter.py`; the verbs are in `cli.py`.
"""

import os
import sys


def main() -> int:
    """Run the command line, inside the prepared environment."""
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        sys.stderr.write(
            "maraude: needs Python 3.11 to 3.14, and this is Python {}.{}: run it with another one.\n".format(
                *sys.version_info[:2]
            )
        )
        return 1
    wrote_no_bytecode = sys.dont_write_bytecode
    # The bootstrap's own modules leave no compiled file in the tree.
    sys.dont_write_bytecode = True
    from backend.bootstrap.enter import enter  # noqa: PLC0415 — an old Python could not read it

    status = enter(sys.argv[1:], os.environ)
    if status is not None:
        return status
    sys.dont_write_bytecode = wrote_no_bytecode
    from backend.cli import main as command_line  # noqa: PLC0415 — its packages are there from here on

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
