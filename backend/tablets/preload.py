"""This file says which modules the tablet's page asks for at once, so that none waits until another was read.

A module names what it imports only once it is there: left to themselves, some eighty of them come one generation after the other.
"""

import posixpath
import re
from typing import Final

_IMPORTS: Final = re.compile(r'^(?:import|export)\b(?:[^;"]*\bfrom)?\s*"(\.[^"]+)"', re.MULTILINE)


def modules_of(entry: str, contents: dict[str, bytes]) -> list[str]:
    """Return the modules that one needs to begin, itself first, the nearest before those that they import.

    >>> modules_of("app.js", {"app.js": b'import { f } from "./a/f.js";', "a/f.js": b'import "./g.js";', "a/g.js": b""})
    ['app.js', 'a/f.js', 'a/g.js']
    """
    found = [entry]
    for path in found:  # which grows meanwhile
        for name in _IMPORTS.findall(contents[path].decode()):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if imported not in found:
                found.append(imported)
    return found


def links_to(modules: list[str]) -> str:
    """Return the elements that make a browser fetch these modules at once.

    >>> links_to(["app.js"])
    '<link rel="modulepreload" href="./app.js">'
    """
    return "\n    ".join(f'<link rel="modulepreload" href="./{path}">' for path in modules)
