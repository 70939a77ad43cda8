"""A form that is refused before its page takes it leaves nothing open, and one that cannot be read is no error of ours."""

import gc
import sys
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from litestar.datastructures import UploadFile

from backend.accounts.csrf import FIELD, HEADER, form_token
from tests.backend.accounts.house import House

PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


async def test_refused_form_leaves_no_file_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused for its token, its right or its size, before any page took the file; and taken, for comparison."""
    unraised: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", unraised.append)  # where a ResourceWarning of a forgotten file arrives
    browser, box = house.browser(), house.accounts.box
    browser.headers.pop(HEADER)
    browser.cookies.set("form", "mine", domain="maraude.test", path="/")
    statuses = []
    for path, token, more in (
        ("/probe/form", form_token(box, "theirs"), b""),
        ("/probe/form", form_token(box, "mine"), b""),
        ("/probe/export", form_token(box, "mine"), b""),
        ("/probe/form", form_token(box, "mine"), b"x" * 10_000_000),
    ):
        files = {FIELD: (None, token.encode()), "list": ("a.csv", b"canary" + more)}
        statuses.append((await browser.post(path, files=files)).status_code)
    assert statuses == [403, 200, 401, 413]
    assert _open_files() == []
    gc.collect()
    assert unraised == []
    forgotten = UploadFile("text/csv", "a.csv", b"a;b")  # the control: such a file would have been seen
    assert _open_files() == [forgotten.file]
    await forgotten.close()


async def test_form_with_an_unreadable_part_is_a_bad_request(house: House) -> None:
    for body in (PART + b"\xff\r\n--b--\r\n", b"--b", b""):
        answer = await house.browser().post(
            "/probe/form", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def _open_files() -> list[Any]:
    return [one for one in gc.get_objects() if isinstance(one, SpooledTemporaryFile) and not one.closed]
