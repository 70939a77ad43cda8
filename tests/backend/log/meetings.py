"""This file lets two transactions meet at a chosen point, instead of hoping that they do."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

from tests.backend.ground import Ground

T = TypeVar("T")


def beside(work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """Start work that is no part of the transaction that is open here."""
    return asyncio.create_task(work, context=Context())


async def until_done_or_blocked(ground: Ground, task: "asyncio.Task[Any]") -> None:
    """Wait until the task has ended or waits for a lock of the transaction that is open."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not task.done() and not (await ground.as_owner(f"{waiting} AND $1::uuid IS NOT NULL"))[0][0]:
        await asyncio.wait([task], timeout=0.02)
