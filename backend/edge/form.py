"""This file decides what a posted form holds: texts and files by name, or that it cannot be read.

The body is whole in memory, bounded by the server, before it is read. So a refusal leaves no file open, nothing of a form
lies on a disk, and none is kept for the next one like it: forms bring passphrases and health data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

FIELDS_MAX: Final = 5_000
URL_ENCODED: Final = "application/x-www-form-urlencoded"
IN_PARTS: Final = "multipart/form-data"


@dataclass(frozen=True)
class PostedFile:
    """A file as it was handed in; its name is what the sender says."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Form:
    """What a form holds, in the order of the body; a field of the same name may come several times."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    files: Mapping[str, tuple[PostedFile, ...]] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str | None:
        """Return the last text of a name."""
        return self.texts[name][-1] if name in self.texts else None

    def file(self, name: str) -> PostedFile | None:
        """Return the last file of a name."""
        return self.files[name][-1] if name in self.files else None


@dataclass(frozen=True)
class Unreadable:
    """The bytes are not the form that they are said to be."""


def is_form(content_type: str) -> bool:
    """Tell whether a content type announces a form, as a page of another site may send it without asking.

    >>> is_form("Multipart/Form-Data; boundary=b"), is_form("application/json")
    (True, False)
    """
    return _kind(content_type) in {URL_ENCODED, IN_PARTS}


def read(content_type: str, body: bytes) -> Form | Unreadable:
    """Return what a form of this content type holds. Texts are UTF-8, whatever charset is announced.

    >>> read("application/x-www-form-urlencoded", b"a=1&a=%C3%A9").text("a")
    'é'
    >>> read("application/x-www-form-urlencoded", b"a=%FF")
    Unreadable()
    """
    try:
        if _kind(content_type) == IN_PARTS:
            return _in_parts(parse_options_header(content_type)[1].get("boundary", ""), body)
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_MAX
        )
    except (MultipartError, ValueError):  # ValueError: bytes that are no UTF-8, too many fields
        return Unreadable()
    texts: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        texts[name] = (*texts.get(name, ()), value)
    return Form(texts)


def _kind(content_type: str) -> str:
    return content_type.split(";", maxsplit=1)[0].strip().lower()


def _in_parts(boundary: str, body: bytes) -> Form:
    """Read a body in parts. Raises MultipartError or ValueError where it breaks the form."""
    texts: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[PostedFile, ...]] = {}
    part, content = MultipartSegment([]), bytearray()
    with PushMultipartParser(boundary, max_segment_count=FIELDS_MAX, strict=True) as parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                part, content = event, bytearray()
            elif event:
                content += event
            elif part.filename is not None:
                files[part.name] = (*files.get(part.name, ()), PostedFile(part.filename, bytes(content)))
            else:
                texts[part.name] = (*texts.get(part.name, ()), content.decode())
    return Form(texts, files)
