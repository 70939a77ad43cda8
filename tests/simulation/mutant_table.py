"""This file lists the mutants: each one patch of the shipped source, with the promise that it breaks.

Patches of tests/simulation/ stand for faults of the shell, whose rules the server in memory follows. Not in the list,
because the simulation does not kill them: the chain not looked at, new ids by chance for a reused id, and
the answer of an old epoch taken (unit tests of sync/ kill these three), and a desk that goes on with its numbers after a
restore (truth.py knows what was pulled by its numbers, so it cannot tell two acts under one).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One patch: in `path`, `old` becomes `new`. `breaks` says which promise."""

    name: str
    breaks: str
    path: str
    old: str
    new: str


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "acknowledge before commit",
        "S1",
        "tests/simulation/network.py",
        '        if isinstance(begun, Open) and fault == "late_commit":\n',
        '        if isinstance(begun, Open) and fault.startswith("server_crash_before"):\n'
        "                self.crash()\n"
        '                return Came("answer", msgspec.json.encode(begun.answer))\n'
        '            if isinstance(begun, Open) and fault == "late_commit":\n',
    ),
    Mutant(
        "bare sequence as cursor",
        "S1",
        "tests/simulation/server.py",
        "                if (xid, seq) > start and xid < at.horizon:\n"
        "                    rows.append(FeedRows(bucket, xid, seq, self._content(record, gone=gone)))\n"
        "        choice = choose(",
        "                if seq > start[0]:\n"
        "                    rows.append(FeedRows(bucket, seq, 0, self._content(record, gone=gone)))\n"
        "        last = max((seq for held in self.held.feed.values() for _, seq, _ in held.values()), default=0)\n"
        "        at = Moment(self.epoch, last, now)\n"
        "        choice = choose(",
    ),
    Mutant(
        "no horizon",
        "S1",
        "tests/simulation/server.py",
        "min((one.xid for one in self.open), default=self.held.xid + 1)",
        "self.held.xid + 1",
    ),
    Mutant(
        "covered beyond the horizon",
        "S1",
        "sync/pull.py",
        "Cursor(at.epoch, at.horizon, 0)",
        "Cursor(at.epoch, at.horizon + 1, 0)",
    ),
    Mutant(
        "covered while more waits",
        "S1",
        "sync/pull.py",
        "None if choice.more else Cursor(",
        "Cursor(",
    ),
    Mutant(
        "page taken for another claim",
        "S1",
        "sync/client.py",
        "    if page.header.claim != ask(me, held).claim:\n",
        '    if page.header.claim == "":\n',
    ),
    Mutant(
        "scope not compared before a pull",
        "S6",
        "sync/claim.py",
        "    if asked.held is None and asked.scope_version != version:\n",
        "    if asked.held is None and asked.scope_version == -1:\n",
    ),
    Mutant(
        "bucket that comes back believed covered",
        "S1",
        "sync/claim.py",
        "    cursors |= {bucket: me.since or beginning for bucket in leaving if held[bucket] == COVERED}\n",
        "",
    ),
    Mutant(
        "last writer wins",
        "S8",
        "sync/merge.py",
        "        if dot[1] > seen.get(dot[0], 0):\n            kept[dot] = entry\n            continue\n",
        "",
    ),
    Mutant(
        "context dropped at the tablet",
        "S8",
        "sync/client.py",
        "seen=dict(shown.seen) if shown is not None else {},",
        "",
    ),
    Mutant(
        "context claimed in full",
        "S8",
        "sync/push.py",
        "            op = _within_known(op, state)\n",
        "            op = msgspec.structs.replace(op, seen=dict(state.seen) if state is not None else {})\n",
    ),
    Mutant(
        "deduplicate by the greatest n",
        "S1",
        "sync/push.py",
        "            return False  # S2: a gap; the answer names the n expected\n",
        "            self.expected_n, self.head = item.n, item.op.prev if item.op else self.head\n",
    ),
    Mutant(
        "repeated op counted anew",
        "S2",
        "sync/push.py",
        "            return self._repeated(item)\n",
        "            pass\n",
    ),
    Mutant(
        "number trusted without content",
        "S1",
        "sync/push.py",
        "stored.hash == item.hash and (stored.id == item.id or not stored.raw):",
        "stored.n == item.n:",
    ),
    Mutant(
        "id trusted without content",
        "S1",
        "sync/push.py",
        "        if act is not None and act == act_of(stored.raw):\n",
        "        if act is not None:\n",
    ),
    Mutant(
        "id not looked at",
        "S2",
        "sync/push.py",
        "        stored = self.by_id.get(op.id)\n        if stored is not None:",
        "        stored = self.by_id.get(op.id)\n        if False:",
    ),
    Mutant(
        "nothing offered again on a new epoch",
        "S1",
        "sync/client.py",
        "        forgotten = answer.epoch != me.epoch or one.op.n >= answer.expected_n\n",
        "        forgotten = False\n",
    ),
    Mutant(
        "only the tail offered again", "S1", "sync/client.py", "answer.epoch != me.epoch or one.op.n >=", "one.op.n >="
    ),
    Mutant(
        "page moves the epoch on",
        "S1",
        "sync/claim.py",
        "        me, scope_version=header.scope_version, leaving",
        "        me, epoch=header.epoch, scope_version=header.scope_version, leaving",
    ),
    Mutant(
        "new installation issues only what waits",
        "S1",
        "sync/client.py",
        "    kept_ops = store.ops()\n",
        "    kept_ops = list(_waiting(store))\n",
    ),
    Mutant(
        "new installation claims the clone's acts as seen",
        "S8",
        "sync/client.py",
        "min(seen[me.actor], proved_n)",
        "seen[me.actor]",
    ),
    Mutant(
        "op counted elsewhere is shown twice",
        "S7",
        "sync/client.py",
        "    if one.counts_as is None:\n",
        "    if True:\n",
    ),
    Mutant(
        "reused id forgotten with its answer",
        "S5",
        "sync/client.py",
        "answer.suspicion or reused or",
        "answer.suspicion or",
    ),
    Mutant(
        "bucket out of scope never put away",
        "S6",
        "sync/client.py",
        "    if not me.leaving or next(_waiting(store), None) is not None:\n",
        "    if me.leaving or not me.leaving:\n",
    ),
    Mutant(
        "departure forgotten",
        "S6",
        "sync/pull.py",
        "        return bucket, RecordId(content[2:-2].decode()), None\n",
        '        return bucket, RecordId(content[2:-2].decode()), RecordState("person")\n',
    ),
    Mutant(
        "scope not looked at",
        "S6",
        "sync/scope.py",
        "if one.team_id in team_ids and one.day_on in days",
        "if one.day_on in days",
    ),
    Mutant(
        "dose stays where its person was",
        "S6",
        "tests/simulation/staging.py",
        "if subject in moved and one",
        "if subject in () and one",
    ),
    Mutant(
        "page kept though cut",
        "S9",
        "sync/pull.py",
        "        if (end.rows, end.digest) != (len(lines), hashlib.sha256(opened).hexdigest()):\n"
        '            return Cut("the end does not seal these rows")\n'
        "        buckets = [bucket for bucket, count in header.sections for _ in range(count)]\n"
        "        rows = [_row(bucket, line) for bucket, line in zip(buckets, lines, strict=True)]\n",
        "        buckets = [bucket for bucket, count in header.sections for _ in range(count)]\n"
        "        rows = [_row(bucket, line) for bucket, line in zip(buckets, lines)]\n",
    ),
    Mutant(
        "cut op refused for good",
        "S5",
        "sync/decode.py",
        '    first, *lines, torn = body.split(b"\\n") if b"\\n" in body else (b"", b"")\n',
        '    first, *lines = body.split(b"\\n")\n    torn = b""\n',
    ),
    Mutant(
        "refused op blocks those behind it",
        "S5",
        "sync/push.py",
        '        self.quarantine.append(self._consume(item, "refused", code, detail))\n        return True\n',
        '        self.quarantine.append(self._consume(item, "refused", code, detail))\n'
        "        self.expected_n -= 1\n"
        "        return False\n",
    ),
    Mutant(
        "refused op not kept",
        "S5",
        "sync/push.py",
        '        self.quarantine.append(self._consume(item, "refused", code, detail))\n',
        '        self._consume(item, "refused", code, detail)\n',
    ),
    Mutant(
        "review not opened",
        "S8",
        "sync/push.py",
        "            self._open(about_siblings(RecordId(op.record), conflict, self.now_at))\n",
        "            pass\n",
    ),
    Mutant("double dose not looked for", "S8", "sync/detect.py", "if days <= limits.double_days)", "if days < 0)"),
    Mutant(
        "counter takes the greatest",
        "S2",
        "sync/merge.py",
        "mine.get(op.actor, 0) + by}",
        "max(mine.get(op.actor, 0), by)}",
    ),
    Mutant("furthest step goes back", "S3", "sync/merge.py", '"mine" if my_step > other_step else "other"', '"mine"'),
    Mutant("what was seen ahead is forgotten", "S3", "sync/merge.py", "_ahead(state.ahead, parts, op, seen))", "{})"),
    Mutant(
        "revoked tablet's op dropped",
        "S1",
        "sync/push.py",
        '        self.quarantine.append(self._consume(item, "review", "revoked_tablet"))\n',
        '        self._consume(item, "review", "revoked_tablet")\n',
    ),
    Mutant(
        "unknown field dropped",
        "S8",
        "sync/merge.py",
        "    values: dict[str, Value] = dict(op.set)\n",
        "    values: dict[str, Value] = {name: one for name, one in op.set.items() if name in KINDS[op.kind].fields}\n",
    ),
    Mutant(
        "sum blind to a part of the record",
        "S7",
        "sync/state.py",
        "    return sum64(encode(record, state))\n",
        "    return sum64(record.encode() + repr(sorted(state.seen.items())).encode())\n",
    ),
    Mutant(
        "actors begin again after a restore",
        "S8",
        "tests/simulation/server.py",
        "        self.held, self.open, self.epoch, self.reoffering = backup.copy(), [], epoch, True\n",
        "        self.held, self.open, self.epoch, self.reoffering = backup.copy(), [], epoch, True\n"
        "        self.actors = max(one.actor for one in backup.installations.values())\n",
    ),
    Mutant(
        "epoch stays after a restore",
        "S1",
        "tests/simulation/mishaps.py",
        "world.chance.randrange(1, 2**52))",
        "world.server.epoch)",
    ),
)
