"""Keep files on the tablet until the server confirms their whole hash, and hand them in by parts, after the ops.

A file goes on where the server says it is, so a cut costs at most one part. A refused one is put aside with its
reason, never thrown away (S5).
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from backend.reference_tablet.link import Answer, NoNetwork, Outcome
from sync.attachment import PART_BYTES_MOST, media_type_of, refusal, without_metadata
from sync.wire import AttachmentAnnouncement, AttachmentState

RESTARTS_MOST = 3
Send = Callable[[str, str, bytes, dict[str, str]], Outcome]  # method, path, body, more headers


class NotKept(msgspec.Struct, frozen=True):
    """Why a file cannot be attached, said before anything is kept."""

    reason: str


def keep(folder: Path, content: bytes, record_id: str) -> str | NotKept:
    """Keep a file for a record, without what tells place and device; return its hash."""
    cleaned = without_metadata(content)
    if cleaned is None:
        return NotKept("malformed" if media_type_of(content) else "media_type")
    media_type = media_type_of(cleaned) or ""
    reason = refusal(cleaned, media_type)
    if reason is not None:
        return NotKept(reason)
    sha256 = hashlib.sha256(cleaned).hexdigest()
    waiting = folder / "attachments"
    waiting.mkdir(exist_ok=True)
    (waiting / sha256).write_bytes(cleaned)
    announcement = AttachmentAnnouncement(sha256, len(cleaned), media_type, record_id)
    aside = waiting / f"{sha256}.part"
    aside.write_bytes(msgspec.json.encode(announcement))
    aside.replace(waiting / f"{sha256}.json")  # the last step: what has no announcement was not kept
    return sha256


def hand_in(folder: Path, send: Send) -> str:
    """Hand in every file that waits; return why it stopped, or nothing when none waits any more."""
    for path in sorted((folder / "attachments").glob("*.json")):
        announcement = msgspec.json.decode(path.read_bytes(), type=AttachmentAnnouncement)
        reason = _hand_in(announcement, path.with_suffix(""), send)
        if reason == "attachment_refused":
            refused = folder / "attachments_refused"
            refused.mkdir(exist_ok=True)
            path.with_suffix("").replace(refused / announcement.sha256)
            path.replace(refused / path.name)
        elif reason:
            return reason
        else:
            path.unlink()
            path.with_suffix("").unlink()
    return ""


def _hand_in(announcement: AttachmentAnnouncement, file: Path, send: Send) -> str:
    content = file.read_bytes()
    state = _state(send("POST", "/sync/attachments", msgspec.json.encode(announcement), {}))
    restarts = 0
    while isinstance(state, AttachmentState) and not state.complete:
        restarts += state.reason == "hash"
        if restarts > RESTARTS_MOST:
            return "hash"
        part = content[state.offset : state.offset + PART_BYTES_MOST]
        path = f"/sync/attachments/{announcement.sha256}/{state.offset}"
        state = _state(send("PUT", path, part, {"maraude-part-sha256": hashlib.sha256(part).hexdigest()}))
    return "" if isinstance(state, AttachmentState) else state


def _state(outcome: Outcome) -> AttachmentState | str:
    if isinstance(outcome, Answer):
        return msgspec.json.decode(outcome.body, type=AttachmentState)
    return outcome.reason if isinstance(outcome, NoNetwork) else outcome.code
