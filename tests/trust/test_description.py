"""Machine-made requests over the whole description of the interface: no 500, and no status that it does not name."""

import json
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from litestar.routes import HTTPRoute
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.result import Err, Ok

from backend.access import RIGHTS, Right, Role
from backend.app import create_app
from backend.settings import Settings
from tests.trust.town import Town

Operation = APIOperation[Any, Any, Any, Any]
Drawn = Case[Any]

EXAMPLES_MOST = 15
APP = create_app(Settings(database_url="postgresql://unused", redis_url="redis://unused", secret_key="00" * 32))
DESCRIBED = msgspec.json.decode(msgspec.json.encode(APP.openapi_schema.to_schema()))  # as it is served


def _whole(read: Ok[Operation] | Err[Any]) -> Operation:
    """Return an operation; one that cannot be read is a fault of the description."""
    assert isinstance(read, Ok), read
    return read.ok()


OPERATIONS: list[Operation] = sorted(  # the same order in every process that tests
    (_whole(one) for one in schemathesis.openapi.from_dict(DESCRIBED).get_all_operations()),
    key=lambda one: str(one.label),
)
RIGHT_OF: dict[tuple[str, str], Right] = {
    (method, str(route.path_format)): handler.opt["right"]
    for route in APP.routes
    if isinstance(route, HTTPRoute)
    for handler in route.route_handlers
    for method in handler.http_methods
    if method != "OPTIONS"
}


def drawn(operation: Operation, mode: GenerationMode) -> list[Drawn]:
    """Return the same cases at each run."""
    found: list[Drawn] = []

    @seed(1)
    @settings(
        max_examples=EXAMPLES_MOST,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def collect(case: Drawn) -> None:
        found.append(case)

    collect()
    return found  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method.upper()} {one.path}")
async def test_answer_is_one_that_the_description_names(town: Town, operation: Operation, mode: GenerationMode) -> None:
    try:
        cases = drawn(operation, mode)
    except schemathesis.errors.InvalidSchema:
        raise
    except Exception as error:
        if mode is GenerationMode.NEGATIVE and type(error).__name__ in {"Unsatisfiable", "SkipTest", "Skipped"}:
            return  # nothing in this route can be wrong
        raise
    named = DESCRIBED["paths"][operation.path][operation.method.lower()]["responses"]
    faults = []
    for case in cases:
        answer = await _sent(town, case)
        if str(answer.status_code) not in named or answer.status_code >= 500:
            faults.append(f"{answer.status_code}: {case.formatted_path} {case.query} {case.body!r}")
    assert not faults, "\n".join(faults[:5])


async def _sent(town: Town, case: Drawn) -> httpx.Response:
    await town.owner.execute("DELETE FROM throttle")
    right = RIGHT_OF[case.method.upper(), case.operation.path]
    body, headers = _body(case), {name: str(one) for name, one in (case.headers or {}).items()}
    request = httpx.Request(case.method, "http://maraude.test" + case.formatted_path, params=_query(case))
    path = request.url.raw_path.decode()
    headers = {name: one for name, one in headers.items() if one.isascii() and one.isprintable()}
    headers |= {"Content-Type": "application/json"} if body else {}
    if right is Right.TABLET:
        tablet = await town.new_tablet(town.mine)
        async with town.browser() as browser:
            headers |= tablet.headers(path, body)
            return await browser.request(case.method, path, content=body, headers=headers)
    role = next((one for one in Role if right in RIGHTS[one]), Role.DISPATCHER)
    async with await town.signed_in(role) as browser:
        return await browser.request(case.method, path, content=body, headers=headers)


def _body(case: Drawn) -> bytes:
    if isinstance(case.body, NotSet):
        return b""
    return case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()


def _query(case: Drawn) -> dict[str, Any]:
    return {
        name: one if isinstance(one, str | int | list) else json.dumps(one) for name, one in (case.query or {}).items()
    }
