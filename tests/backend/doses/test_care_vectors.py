"""The vectors that the tablet answers too are what the server decides today."""

from backend.doses.datamatrix import Why
from tests.vectors.care import FILE, text, vectors


def test_vector_file_is_what_its_script_writes() -> None:
    assert FILE.read_text("utf-8") == text()


def test_vectors_hold_every_refusal_every_outcome_and_every_standing() -> None:
    found = vectors()
    assert {one["says"].get("why") for one in found["boxes"]} == {None, *Why}
    assert {one["decided"]["outcome"] for one in found["questions"]} == {"go", "ask_doctor", "stop"}
    assert {one["standing"] for one in found["vials"]} == {"sealed", "open", "out_of_time", "unknown_use_by", "ended"}
