"""This file is what somebody who can write to Redis would like a worker to call; it leaves a mark if it is called."""

import os
from pathlib import Path


def leave_a_mark(*_anything: object) -> None:
    """Leave a file where the environment says."""
    Path(os.environ["MARAUDE_TEST_MARK"]).touch()
