"""This file carries requests between tablets and server, and does to them what the faults of the network say.

One exchange suffers at most one fault. Old requests, answers and pages are kept, to come again when nobody expects them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from sync import client
from sync.wire import HeadRequest, PullRequest, PushAnswer, SumsRequest
from tests.simulation.faults import OF_THE_NETWORK
from tests.simulation.server import Open, Server
from tests.simulation.tablet import NOTHING, Came, Renewed, Request, SaveFailed, Tablet

if TYPE_CHECKING:
    from tests.simulation.world import World

PORTAL = Came("answer", b"<!doctype html><title>Wi-Fi</title><p>Sign in to go on</p>")
_ONLY = {
    "answer_lost": ("push", "head", "sums", "renew"),
    "page_lost": ("pull",),
    "page_late": ("pull",),
    "page_line_lost": ("pull",),
    **dict.fromkeys(
        ("request_late", "answer_late", "overtaken", "too_large", "late_commit", "server_crash_before_commit",
         "server_crash_after_commit"), ("push",)
    ),
}  # fmt: skip


class Network:
    """The way between the tablets and the server of one history."""

    def __init__(self, world: World, enabled: frozenset[str], rate: float) -> None:
        self.world = world
        self.kinds = sorted(enabled & OF_THE_NETWORK)
        self.rate = rate
        self.pending: dict[str, Open] = {}
        self.until: dict[str, int] = {}  # the step before which a pending push is not committed
        self.pushes: dict[str, list[tuple[str, Request]]] = {}
        self.answers: dict[str, list[bytes]] = {}
        self.pages: dict[str, list[bytes]] = {}
        self.renewals = 0
        self.bytes_of: dict[str, int] = {}
        self.requests_of: dict[str, int] = {}

    @property
    def server(self) -> Server:
        """Return the server."""
        return self.world.server

    def carry(self, tablet: Tablet, request: Request) -> Came | None:
        """Return what comes of a request, or None while the server has not committed it yet."""
        sender = tablet.store.identity().installation
        fault = self._drawn(request)
        if fault:
            self.world.struck(fault, f"{tablet.name} {request.kind}")
        came = self._suffer(fault, tablet, sender, request)
        if came is not None and came.what == "answer" and came is not PORTAL:
            if request.kind == "push":
                self.answers.setdefault(tablet.name, []).append(came.body)
            elif request.kind == "pull":
                self.pages.setdefault(tablet.name, []).append(came.body)
        if request.kind == "push":
            self.pushes.setdefault(tablet.name, []).append((sender, request))
        size = len(request.body) + len(came.body if came else b"")
        self.bytes_of[tablet.name] = self.bytes_of.get(tablet.name, 0) + size
        self.requests_of[tablet.name] = self.requests_of.get(tablet.name, 0) + 1
        return came

    def serve(self, sender: str, request: Request, team: str) -> Came:  # noqa: PLR0911 - one kind after the other
        """Return the server's own answer."""
        server, now = self.server, self.world.now
        if request.kind == "renew":
            return self._renew(sender, team)
        if not server.knows(sender):
            return Came("tablet_unknown")
        if request.kind == "push":
            begun = server.begin(request.body, now)
            answer = server.commit(begun) if isinstance(begun, Open) else begun
            return Came("answer", msgspec.json.encode(answer))
        if not server.active(sender):
            return Came("deposit_only")
        try:
            if request.kind == "head":
                asked = msgspec.json.decode(request.body, type=HeadRequest)
                return Came("answer", msgspec.json.encode(server.head(sender, asked, now)))
            if request.kind == "sums":
                wanted = msgspec.json.decode(request.body, type=SumsRequest)
                return Came("answer", msgspec.json.encode(server.answer_sums(sender, wanted)))
            return Came("answer", server.pull(sender, msgspec.json.decode(request.body, type=PullRequest), now))
        except msgspec.MsgspecError:
            return NOTHING  # the shell answers 400: to a tablet, no answer

    def release(self, tablet: Tablet) -> Came:
        """Commit what a tablet waits for and return its answer; nothing if the server died meanwhile."""
        begun = self.pending.pop(tablet.name, None)
        if begun is None:
            return NOTHING
        return Came("answer", msgspec.json.encode(self.server.commit(begun)))

    def leave(self, tablet: Tablet) -> None:
        """Let a tablet be gone before its answer: the server ends its request all the same, and nobody hears of it.

        A transaction that nobody ends would hold everybody's feed back for ever, which no server allows
        (IDLE_SECONDS_MAX in backend/db/transaction.py).
        """
        begun = self.pending.pop(tablet.name, None)
        if begun is not None:
            self.world.later(self.until[tablet.name], lambda: self.server.commit(begun))

    def crash(self) -> None:
        """Let the server die and come back: what was not committed is gone, and nobody is answered."""
        for begun in list(self.server.open):
            self.server.abort(begun)
        self.pending.clear()

    def bring_back_later(self, fault: str, tablet: Tablet) -> None:
        """Deliver something old again at a later step."""
        later = self.world.step + self.world.chance.randint(1, 40)
        self.world.later(later, lambda: self.bring_back(fault, tablet))

    def bring_back(self, fault: str, tablet: Tablet) -> bool:
        """Deliver something old again; return whether there was anything."""
        chance = self.world.chance
        if fault in ("request_late", "overtaken"):
            old = self.pushes.get(tablet.name, [])
            if old:
                sender, request = chance.choice(old)
                self.serve(sender, request, tablet.team)
            return bool(old)
        kept = (self.answers if fault == "answer_late" else self.pages).get(tablet.name, [])
        if not kept:
            return False
        body = chance.choice(kept)
        try:
            if fault == "answer_late":
                client.take_push_answer(tablet.store, msgspec.json.decode(body, type=PushAnswer))
                self.world.truth.answered(tablet.store.ops())
            else:
                client.take_page(tablet.store, body)  # late, unless the tablet still claims what it claimed then
        except (SaveFailed, msgspec.MsgspecError):
            return False
        return True

    def _drawn(self, request: Request) -> str:
        chance = self.world.chance
        if chance.random() >= self.rate:
            return ""
        kinds = [kind for kind in self.kinds if request.kind in _ONLY.get(kind, (request.kind,))]
        return chance.choice(kinds) if kinds else ""

    def _suffer(self, fault: str, tablet: Tablet, sender: str, request: Request) -> Came | None:  # noqa: C901, PLR0911, PLR0912 - one fault after the other
        chance, team = self.world.chance, tablet.team
        if fault == "request_lost":
            return NOTHING
        if fault == "captive_portal":
            return PORTAL
        if fault == "overtaken":
            later = self.world.step + chance.randint(2, 15)
            self.world.later(later, lambda: self._arrive(sender, request, team))
            return NOTHING
        if fault in ("request_late", "answer_late", "page_late"):
            self.bring_back_later(fault, tablet)
        if fault == "too_large":
            return Came("answer", msgspec.json.encode(PushAnswer(self.server.epoch, 0, self.world.now, too_large=True)))
        if fault == "request_cut":
            request = Request(request.kind, request.body[: chance.randrange(len(request.body) or 1)])
        if fault in ("late_commit", "server_crash_before_commit") and self.server.knows(sender):
            begun = self.server.begin(request.body, self.world.now)
            if isinstance(begun, Open) and fault == "late_commit":
                self.pending[tablet.name] = begun
                self.until[tablet.name] = self.world.step + chance.randint(5, 60)
                return None
        came = NOTHING if fault == "server_crash_before_commit" else self.serve(sender, request, team)
        if fault == "request_twice":
            came = self.serve(sender, request, team)
        if fault.startswith("server_crash"):
            self.crash()
        if fault in ("answer_lost", "page_lost", "server_crash_after_commit"):
            return NOTHING
        if fault == "page_line_lost":
            lines = came.body.split(b"\n")
            del lines[chance.randrange(len(lines))]
            return Came(came.what, b"\n".join(lines))
        if fault == "answer_cut":
            return Came(came.what, came.body[: chance.randrange(len(came.body) or 1)])
        return came

    def _arrive(self, sender: str, request: Request, team: str) -> None:
        self.serve(sender, request, team)

    def _renew(self, former: str, team: str) -> Came:
        self.renewals += 1
        installation = str(UUID(int=0x9000 + self.renewals))
        known = self.server.knows(former)
        actor = self.server.enrol(installation, team, deposit_only=known and not self.server.active(former))
        return Came("answer", msgspec.json.encode(Renewed(installation, actor)))
