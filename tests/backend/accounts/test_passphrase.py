"""A passphrase is hard to guess, is hashed at a known cost, and costs the same for somebody who does not exist."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from backend.access import Role
from backend.accounts.passphrase import THREADS, WAITING_MAX, Cost, Fit, Hasher
from backend.accounts.passphrase_rules import LENGTH_MAX, LENGTH_MIN, Weakness, normal, weakness_of
from backend.accounts.services import accounts_of
from backend.settings import Settings
from tests.backend.accounts.house import PASSPHRASE, House, give_passphrase, house_of
from tests.conftest import Database

CHEAP = Cost(memory_kib=64, passes=1)


@pytest.mark.parametrize(
    ("passphrase", "weakness"),
    [
        ("court", Weakness.TOO_SHORT),
        ("x" * (LENGTH_MIN - 1), Weakness.TOO_SHORT),
        ("mouette " * 17, Weakness.TOO_LONG),
        ("trois mouettes\0lisent", Weakness.NOT_TEXT),
        ("aaaaaaaaaaaaaaaaaaaa", Weakness.REPEATED),
        ("abcabcabcabcabcabc", Weakness.REPEATED),
        ("mouettemouettemouette", Weakness.REPEATED),
        ("azertyuiopqsdfghjklm", Weakness.COMMON),
        ("poiuytrezamlkjhgfdsq", Weakness.COMMON),
        ("abcdefghijklmnopqrst", Weakness.COMMON),
        ("1qaz2wsx3edc4rfv5tgb", Weakness.COMMON),
        ("12345678901234567890", Weakness.REPEATED),
        ("motdepassemotdepasse2026", Weakness.COMMON),
        ("M0tDeP@sse-Secret-2026!", Weakness.COMMON),
        ("correct horse battery staple", Weakness.COMMON),
        ("Maraude Vaccination Paris 13", Weakness.COMMON),
        ("paris-vaccination-2026", Weakness.COMMON),
        ("awadiallo awadiallo 1987", Weakness.COMMON),
        ("Butte-aux-Cailles 2026", Weakness.COMMON),
    ],
)
def test_weak_passphrase_is_refused_with_its_reason(passphrase: str, weakness: Weakness) -> None:
    own = ("awa.diallo", "Awa Diallo", "Butte aux Cailles")
    assert weakness_of(passphrase, own) is weakness


@pytest.mark.parametrize(
    "passphrase",
    [
        PASSPHRASE,
        "x7#kQ9!vLm2$wRt5",
        "trombone violet sous la pluie",
        "Les chats gris dorment à l'ombre.",
        "83920174650918273645",  # no composition is asked for: twenty random digits are 66 bits
        "кошка читает газету",
        "紫の傘が三本駅の前に並んで雨を待つ",
    ],
)
def test_good_passphrase_is_taken_whatever_its_letters(passphrase: str) -> None:
    assert weakness_of(passphrase, ("awa", "Awa Diallo", "Paris 13e + 14e")) is None


@given(st.text(st.characters(codec="utf-8"), max_size=200))
@budget(derandomize=True, max_examples=200, deadline=None)
def test_rules_answer_any_text_and_keep_the_length(passphrase: str) -> None:
    length = len(normal(passphrase))
    weakness = weakness_of(passphrase, ("awa",))
    assert (weakness is Weakness.TOO_SHORT) == (length < LENGTH_MIN)
    assert (weakness is Weakness.TOO_LONG) == (length > LENGTH_MAX)


async def test_default_cost_is_what_the_design_says(anyio_backend: str) -> None:
    """64 MiB, three passes, Argon2id: read from the encoded hash, which is what an attacker would have to work on."""
    hasher = Hasher()
    encoded = await hasher.hash(PASSPHRASE)
    assert encoded is not None
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert await hasher.check(encoded, PASSPHRASE) is Fit.FITS
    hasher.close()


async def test_same_text_from_two_keyboards_fits(anyio_backend: str) -> None:
    hasher = Hasher(CHEAP)
    encoded = await hasher.hash("le café réchauffe l'équipe")
    assert await hasher.check(encoded, "le cafe\u0301 re\u0301chauffe l'e\u0301quipe") is Fit.FITS
    assert await hasher.check(encoded, "le cafe rechauffe l'equipe") is Fit.DOES_NOT_FIT
    hasher.close()


@pytest.mark.parametrize("encoded", ["", None, "$argon2id$", "not a hash"])
async def test_nothing_fits_where_there_is_no_hash(anyio_backend: str, encoded: str | None) -> None:
    """A user who has still to choose a passphrase cannot be entered with an empty one."""
    hasher = Hasher(CHEAP)
    for passphrase in ("", PASSPHRASE):
        assert await hasher.check(encoded, passphrase) is Fit.DOES_NOT_FIT
    hasher.close()


@pytest.mark.parametrize(("web_processes", "threads"), [(1, THREADS), (2, 1), (16, 1)])
async def test_flood_is_told_busy_and_never_takes_more_threads_than_its_share(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, web_processes: int, threads: int
) -> None:
    """64 MiB each: one more at once would be more memory than was promised."""
    hasher, running, most, lock = (
        accounts_of(replace(settings, web_processes=web_processes)).hasher, 0, 0, threading.Lock()
    )  # fmt: skip
    hold = threading.Event()

    def verify(_encoded: str, _passphrase: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        hold.wait(10)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(hasher, "_verify", verify)
    tasks = [asyncio.create_task(hasher.check(None, "x")) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    assert await hasher.check(None, "x") is Fit.BUSY
    assert await hasher.hash("x") is None
    hold.set()
    assert set(await asyncio.gather(*tasks)) == {Fit.DOES_NOT_FIT}
    assert most == threads
    monkeypatch.undo()
    assert await hasher.check(None, "x") is Fit.DOES_NOT_FIT
    assert isinstance(hasher._pool, ThreadPoolExecutor)
    hasher.close()


# How much higher a process's memory stood at its highest while so many compare at once, in MiB.
FLOOD = """
import asyncio, sys
from pathlib import Path
from backend.accounts.passphrase import Hasher

def kib(name):
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)).split()[1])

async def flood(threads):
    hasher = Hasher(threads=threads)
    Path("/proc/self/clear_refs").write_text("5")  # the highest begins here
    before = kib("VmRSS")
    await asyncio.gather(*(hasher.check(None, str(n)) for n in range(6)))
    hasher.close()
    print((kib("VmHWM") - before) // 1024)

asyncio.run(flood(int(sys.argv[1])))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read as Linux tells it")
@pytest.mark.parametrize("threads", [1, 2])
def test_flood_takes_the_memory_of_its_threads_however_many_wait(threads: int) -> None:
    """The figure of docs/operations/run-it.md: 64 MiB for each hash that is computed at one moment, none for who waits."""
    told = subprocess.run([sys.executable, "-c", FLOOD, str(threads)], check=True, capture_output=True, text=True)
    assert 60 < int(told.stdout) < 76 * threads


@pytest.mark.parametrize("login", ["awa", "disabled", "not_set_up", "nobody", "no\0body"])
async def test_work_is_the_same_whether_the_login_exists_or_not(
    house: House, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """What tells logins apart by time is a hash that is not computed: each refusal runs exactly one, at one cost."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.AUDITOR)
    await house.user("disabled", "paris", Role.AUDITOR)
    await house.user("not_set_up", "paris", Role.AUDITOR)
    await house.as_owner("UPDATE app_user SET disabled_at = now() WHERE login = 'disabled'")
    await house.as_owner("UPDATE app_user SET passphrase_hash = '' WHERE login = 'not_set_up'")
    work: list[str] = []
    real = house.accounts.hasher._verify

    def verify(encoded: str, passphrase: str) -> bool:
        work.append(encoded.rsplit("$", 2)[0])
        return real(encoded, passphrase)

    monkeypatch.setattr(house.accounts.hasher, "_verify", verify)
    assert (await give_passphrase(house.browser(), login, "une phrase qui ne va pas")).status_code == 401
    assert work == ["$argon2id$v=19$m=64,t=1,p=1"]


async def test_hash_of_a_former_cost_is_made_anew_when_its_user_signs_in(
    database: Database, settings: Settings
) -> None:
    async with house_of(database, settings) as house:
        await house.territory("paris")
        await house.user("awa", "paris", Role.AUDITOR)
    async with house_of(database, settings, cost=Cost(memory_kib=128, passes=1)) as dearer:
        assert (await give_passphrase(dearer.browser(), "awa")).status_code == 200
        (row,) = await dearer.as_owner("SELECT passphrase_hash FROM app_user")
        assert "m=128" in row["passphrase_hash"]
        assert (await give_passphrase(dearer.browser(), "awa")).status_code == 200
