"""This file reads the questions before an injection from their data file; what answers lead to is in questions.py."""

from functools import cache
from pathlib import Path

import msgspec

from backend.doses.questions import Questionnaire

_FILE = Path(__file__).parent / "door_questions.toml"


@cache
def read_questions() -> Questionnaire:
    """Return the questionnaire; msgspec.ValidationError names what is wrong in the file."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=Questionnaire)
