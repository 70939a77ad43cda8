"""This file knows what the pages of the desk say in one language alone, from every table of words."""

import importlib
import json
import pkgutil
from collections.abc import Mapping
from html import unescape
from typing import Final

import admin

_LETTERS_LEAST: Final = 10  # shorter words stand in names and in both languages


def _words() -> tuple[set[str], set[str]]:
    """Return what pages say in French alone, and in English alone, from every table of words."""
    pairs: set[tuple[str, str]] = set()
    for module in pkgutil.walk_packages(admin.__path__, "admin."):
        for table in vars(importlib.import_module(module.name)).values():
            if isinstance(table, Mapping):
                pairs |= {
                    one
                    for one in table.values()
                    if isinstance(one, tuple) and len(one) == 2 and all(isinstance(text, str) for text in one)
                }
    french, english = ({pair[side] for pair in pairs} for side in (0, 1))
    return french - english, english - french


WORDS: Final = _words()


def french_in(text: str) -> list[str]:
    r"""Return what an answer, a page or JSON, says in French alone.

    >>> french_in('{"told": "Page pr\u00e9c\u00e9dente", "more": "Next page"}')
    ['Page précédente']
    """
    read = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith(("{", "[")) else unescape(text)
    return sorted(one for one in WORDS[0] if len(one) >= _LETTERS_LEAST and one in read)
