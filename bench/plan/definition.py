"""This file says which files define a good plan and the days it is measured on, and what they were before any tuning.

`python -m bench.plan.definition` prints their hashes; the bench prints the same in front of its table, so that a
figure can be traced to the definition it was made with. A change of a definition changes `HASHES`: it is reviewed.
"""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEFINING = ("bench/plan/outreach.py", "routing/cost.py", "routing/schedule.py", "routing/check.py")
HASHES = Path(__file__).parent / "definition.sha256"


def hashes() -> str:
    """Return one line per defining file: its hash and its path."""
    lines = (f"{hashlib.sha256((ROOT / path).read_bytes()).hexdigest()}  {path}\n" for path in DEFINING)
    return "".join(lines)


if __name__ == "__main__":
    print(hashes(), end="")
