"""A form is read whole and bounded, or refused: no bytes of a stranger break the reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.edge.form import FIELDS_MAX, Form, PostedFile, Unreadable, read

PARTS = "multipart/form-data; boundary=b"


def part(name: str, content: bytes, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


def test_form_in_parts_gives_texts_and_files_by_name() -> None:
    body = part("a", "é".encode()) + part("a", b"") + part("f", b"\x00\xff", '; filename="x.csv"') + b"--b--\r\n"
    assert read(PARTS, body) == Form({"a": ("é", "")}, {"f": (PostedFile("x.csv", b"\x00\xff"),)})


@pytest.mark.parametrize("charset", ["nonsense", "utf-16", "idna", "undefined", "rot13", "utf-8"])
def test_charset_that_is_announced_is_not_used(charset: str) -> None:
    head = '; x="y"\r\nContent-Type: text/plain; charset=' + charset
    assert read(PARTS, part("a", "é".encode(), head) + b"--b--\r\n") == Form({"a": ("é",)})
    assert read(PARTS, part("a", b"\xff", head) + b"--b--\r\n") == Unreadable()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", part("a", b"1") + b"--b--\r\n"),
        ('multipart/form-data; boundary=""', part("a", b"1") + b"--b--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 2000, part("a", b"1") + b"--b--\r\n"),
        (PARTS, b""),
        (PARTS, part("a", b"1")),
        (PARTS, b"--b\r\n\r\n1\r\n--b--\r\n"),
        (PARTS, part("a", b"1") * (FIELDS_MAX + 1) + b"--b--\r\n"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * (FIELDS_MAX + 1))),
        ("application/x-www-form-urlencoded", b"a=%ed%a0%80"),
        ("application/x-www-form-urlencoded", b"\xff=1"),
    ],
)
def test_body_that_is_not_the_form_it_is_said_to_be_is_unreadable(content_type: str, body: bytes) -> None:
    assert read(content_type, body) == Unreadable()


@given(st.sampled_from([PARTS, "application/x-www-form-urlencoded"]), st.binary(max_size=200))
def test_no_bytes_break_the_reading(content_type: str, noise: bytes) -> None:
    for body in (noise, part("a", noise) + b"--b--\r\n", part("a", b"1", noise.decode("latin-1"))):
        assert isinstance(read(content_type, body), Form | Unreadable)
