"""This file decides where somebody goes on after a step of signing in: the next step, or the page they came from."""

from typing import Final
from urllib.parse import quote

from backend.accounts.sessions import NextStep

PAGE_OF: Final = {
    NextStep.ENROL: "/sign-in/enrol",
    NextStep.GIVE_CODE: "/sign-in/code",
    NextStep.CHOOSE_TERRITORY: "/sign-in/territory",
    NextStep.NOTHING: "/",
}


def address_after(step: NextStep, wanted: str) -> str:
    """Return where the next step is; the page wanted goes along as far as the code.

    >>> address_after(NextStep.GIVE_CODE, "/today"), address_after(NextStep.NOTHING, "//evil.test")
    ('/sign-in/code?next=%2Ftoday', '/')
    """
    page_of_form = own_path(wanted)
    if step is NextStep.NOTHING:
        return page_of_form
    carried = f"?next={quote(page_of_form, safe='')}" if step is NextStep.GIVE_CODE and page_of_form != "/" else ""
    return PAGE_OF[step] + carried


def own_path(wanted: str) -> str:
    r"""Return a path of this site to go on at, or the start: an address of elsewhere is never followed.

    >>> own_path("/coverage/zones"), own_path("//evil.test"), own_path("/\\evil.test"), own_path("https://evil.test")
    ('/coverage/zones', '/', '/', '/')
    """
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else "/"
