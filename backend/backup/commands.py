"""Read the words of `maraude backup-key`, `backup`, `restore`, `reoffering` and `verify`, and say what came of them."""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend import clock
from backend.backup import reoffer
from backend.backup.restore import Restored, begin_epoch, database_of, drop, put_in_place, restore_aside
from backend.backup.seal import UnreadableError, private_text, public_text, read_private, read_public
from backend.backup.tools import ToolError, find_tool
from backend.backup.verify import Seen
from backend.backup.verify import verify as look_through
from backend.backup.write import NotWrittenError, write
from backend.db.errors import problem_code
from backend.demo.database import has_demo
from backend.embedded import Refused, Urls, servers
from backend.embedded.layout import OWNER_ROLE, SUPER_ROLE, Layout, passwords_of, postgres_url
from backend.ids import new_epoch
from backend.serve.addresses import running_beside
from backend.settings import Settings

_TEXT = argparse.RawDescriptionHelpFormatter
_UNREADABLE = {
    "not_a_backup": "This file is no backup.",
    "another_key": "This backup was sealed for another key.",
    "changed": "This backup was changed after it was written: nothing of it was used.",
    "cut": "This backup is not whole: its end is missing. Nothing of it was used.",
}


def add_backup_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs to the command line."""
    key = _add(verbs, "backup-key", "Make the key that reads backups.", "maraude backup-key backup.key", backup_key)
    key.add_argument("file", type=Path, help="where the key goes; keep it away from the server")
    made = _add(verbs, "backup", "Write an encrypted backup.", "maraude backup /media/b/monday.maraude", backup)
    made.add_argument("file", type=Path)
    made.add_argument("--to", default="", help="the public key (default: MARAUDE_BACKUP_KEY)")
    made.add_argument("--overwrite", action="store_true", help="replace the file if it is there already")
    made.add_argument("--verify", type=Path, metavar="KEYFILE", help="restore it for a look, and compare")
    back = _add(verbs, "restore", "Restore a backup.", "maraude restore monday.maraude --key backup.key", restore)
    back.add_argument("file", type=Path)
    back.add_argument("--key", type=Path, required=True, help="the file that backup-key made")
    back.add_argument("--check", action="store_true", help="restore for a look and throw it away")
    offer = _add(verbs, "reoffering", "Say which tablets a restored server awaits.", "maraude reoffering", reoffering)
    offer.add_argument("--end", action="store_true", help="go back to normal, once every tablet has come")
    offer.add_argument("--without-them", action="store_true", help="with --end: the awaited ones will not come")
    _add(verbs, "verify", "Recompute every chain and every sum from the rows.", "maraude verify", verify)


def backup_key(options: argparse.Namespace, _settings: Settings) -> int:
    """Make a key pair: the private key into a new file, the public one on the screen."""
    key = X25519PrivateKey.generate()
    try:
        with os.fdopen(
            os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(private_text(key) + "\n")
    except OSError as error:
        return _fault(f"{options.file} cannot be written: {error.strerror}.")
    print(f"MARAUDE_BACKUP_KEY={public_text(key.public_key())}")
    print(f"Without {options.file} no backup can be read: keep it in two places, neither of them the server.")
    return 0


def backup(options: argparse.Namespace, settings: Settings) -> int:
    """Write a backup; with a key, restore it for a look at once."""
    reader = read_public(options.to or settings.backup_key)
    if reader is None:
        return _fault("No public key: run `maraude backup-key FILE`, then set MARAUDE_BACKUP_KEY or give --to.")
    key = _key_of(options.verify) if options.verify else None
    if options.verify and key is None:
        return _fault(f"{options.verify} holds no backup key.")
    if key and key.public_key() != reader:
        return _fault(
            f"{options.verify} is not the key of this public key and could not read the backup: none was made."
        )
    if told := _obstacle(options.file, overwrite=options.overwrite):
        return _fault(told)

    async def work(urls: Urls) -> int:
        url, embedded = _super(settings, urls)
        program = find_tool("pg_dump", embedded=embedded)
        written = await write(url, program, reader, options.file, clock.wire_instant(clock.now()))
        print(
            f"{options.file}: {written.size} bytes, sha256 {written.digest}, {written.manifest.rows['op']} ops, "
            f"{written.manifest.rows['record']} records"
        )
        return await _look(settings, urls, options.file, key) if key else 0

    return _run(settings, work)


def _obstacle(path: Path, *, overwrite: bool) -> str:
    """Return why no backup can go under this name; empty if one can."""
    if not path.parent.is_dir():
        return f"{path.parent} is no folder: make it, or name another."
    if path.is_dir():
        return f"{path} is a folder: name a file in it."
    if path.exists() and not overwrite:
        return f"{path} is there already and was left as it is: name another file, or replace it with --overwrite."
    return ""


def restore(options: argparse.Namespace, settings: Settings) -> int:
    """Restore a backup beside the database in use; put it in its place if it is sound and this is no look alone."""
    key = _key_of(options.key)
    if key is None:
        return _fault(f"{options.key} holds no backup key.")
    beside = None if options.check or settings.database_url else running_beside(settings.home)
    if beside and not beside.is_demo:
        return _fault("The server runs on this database: stop it, then restore.")

    async def work(urls: Urls) -> int:
        if options.check:
            return await _look(settings, urls, options.file, key)
        if not settings.database_url and await has_demo(urls):
            return _fault(
                "These servers are a demo's, whose next start throws away what is restored. Stop it, "
                f"then restore with the MARAUDE_HOME of an installation, not {settings.home}."
            )
        return await _put_back(settings, urls, options.file, key)

    return _run(settings, work)


def reoffering(options: argparse.Namespace, settings: Settings) -> int:
    """Say who is awaited, and end the offering when asked and nobody is."""

    async def work(urls: Urls) -> int:
        found = await reoffer.state(urls.owner_url)
        if found.started_at is None:
            print("No tablet is asked to offer again.")
            return 0
        print(f"Tablets offer again since {found.started_at:%Y-%m-%d %H:%M} UTC; {len(found.awaited)} awaited")
        for one in found.awaited:
            last = f"{one.seen_at:%Y-%m-%d %H:%M} UTC" if one.seen_at else "never, as far as the backup knows"
            print(f"  {one.territory}: {one.label}, last heard {last}")
        if not options.end:
            return 0
        if found.awaited and not options.without_them:
            return _fault("Tablets are awaited: bring them, or end it --without-them.")
        await reoffer.end(urls.owner_url)
        print("Ended.")
        return 0

    return _run(settings, work)


def verify(_options: argparse.Namespace, settings: Settings) -> int:
    """Look through the whole database; 1 if something differs."""

    async def work(urls: Urls) -> int:
        return tell(await look_through(urls.owner_url))

    return _run(settings, work)


def tell(found: list[Seen]) -> int:
    """Print what was looked at and what differs; return the exit status."""
    for one in found:
        print(
            f"{one.slug}: {one.installations} chains of {one.ops} ops, {one.records} records, {one.buckets} buckets: "
            f"{len(one.wrongs)} difference(s)"
        )
        for wrong in one.wrongs:
            print(f"  {wrong.what} {wrong.which}: {wrong.reason}")
    return int(any(one.wrongs for one in found))


async def _put_back(settings: Settings, urls: Urls, path: Path, key: X25519PrivateKey) -> int:
    restored = await _restore_aside(settings, urls, path, key)
    url, _ = _super(settings, urls)
    if restored.wrongs:
        print(f"The restored database stays as {restored.database} for a look; the one in use was not touched.")
        return _tell_wrongs(restored)
    if restored.is_demo:
        await drop(url, restored.database)
        return _fault(f"{path} is a demo's backup, and `serve` refuses a demo's data: --check restores it for a look.")
    at = clock.now()
    await begin_epoch(_at(url, restored.database), new_epoch(), at)
    former = await put_in_place(url, restored.database, at)
    print(
        f"Restored: {restored.manifest.rows['op']} ops of {restored.manifest.made_at}. The former database is {former}.\n"
        "Every tablet will offer again what it recorded since; `maraude reoffering` says who is awaited.\n"
        "Repeat by hand what the backup does not know: tablets revoked, users disabled, roles taken away since then."
    )
    return 0


async def _look(settings: Settings, urls: Urls, path: Path, key: X25519PrivateKey) -> int:
    """Restore for a look, compare, throw away."""
    restored = await _restore_aside(settings, urls, path, key)
    await drop(_super(settings, urls)[0], restored.database)
    if restored.wrongs:
        return _tell_wrongs(restored)
    if restored.is_demo:
        print("This is a demo's backup: it can be looked at, and put in no installation's place.")
    print(f"Restored for a look: {restored.manifest.rows['op']} ops, every chain and sum as backed up.")
    return 0


async def _restore_aside(settings: Settings, urls: Urls, path: Path, key: X25519PrivateKey) -> Restored:
    url, embedded = _super(settings, urls)
    owner = urlsplit(urls.owner_url).username or OWNER_ROLE
    name = f"{database_of(url)}_restored_{clock.now():%Y%m%d_%H%M%S}"
    return await restore_aside(url, owner, find_tool("pg_restore", embedded=embedded), path, key, name)


def _tell_wrongs(restored: Restored) -> int:
    for wrong in restored.wrongs:
        print(f"  {wrong}")
    return _fault(f"The backup differs from what it says of itself in {len(restored.wrongs)} place(s).")


def _super(settings: Settings, urls: Urls) -> tuple[str, bool]:
    """Return the address of a role that row-level security does not bind, and whether the server is the embedded one."""
    if settings.database_url:
        return settings.database_backup_url or urls.owner_url, False
    data = settings.home / "data"
    password = passwords_of(Layout(data, data)).super_role
    parts = urlsplit(urls.owner_url)
    return postgres_url(SUPER_ROLE, password, Path(parse_qs(parts.query)["host"][0]), parts.path.lstrip("/")), True


def _at(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _run(settings: Settings, work: Callable[[Urls], Coroutine[Any, Any, int]]) -> int:
    try:
        with _urls(settings) as urls:
            return asyncio.run(work(urls))
    except UnreadableError as unreadable:
        return _fault(_UNREADABLE[unreadable.reason])
    except NotWrittenError:
        return _fault("What the disk gave back is not what was written: there is no backup. Use another disk.")
    except OSError as error:
        if error.filename is None and problem_code(error):
            raise  # no file's fault but a connection's: told as for every verb
        return _fault(str(error))
    except (Refused, ToolError) as error:
        return _fault(str(error))


@contextlib.contextmanager
def _urls(settings: Settings) -> Iterator[Urls]:
    """Yield the addresses that the settings name, those of servers that run beside, or of servers started for this."""
    beside = None if settings.database_url else running_beside(settings.home)
    if settings.database_url:
        yield Urls(settings.database_owner_url, settings.database_url, settings.redis_url)
    elif beside is not None:
        yield beside.urls
    else:
        with servers(settings.home / "data", environ={"REDIS_URL": settings.redis_url}) as started:
            yield started


def _key_of(path: Path) -> X25519PrivateKey | None:
    try:
        return read_private(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        return None


def _fault(sentence: str) -> int:
    print(f"maraude: {sentence}", file=sys.stderr)
    return 1


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    does: str,
    example: str,
    run: Callable[[argparse.Namespace, Settings], int],
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=does, description=does, epilog=f"Example:\n  {example}", formatter_class=_TEXT)
    # They must know whether an operator named the servers: the tools and the role of embedded ones are others.
    parser.set_defaults(run=run, needs_servers=False, finds_its_servers=True)
    return parser
