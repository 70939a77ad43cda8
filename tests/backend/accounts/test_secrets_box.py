"""A seal opens for its place and its keys alone, and a code proves its own time step alone."""

from datetime import UTC, datetime

import pyotp
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from backend.accounts.secrets_box import NONCE_BYTES, Sealed, SecretsBox, Unopenable
from backend.accounts.totp import STEP_SECONDS, code_hash, new_recovery_codes, new_totp_secret, step_proved
from backend.settings import BadSetting
from tests.backend.accounts.house import SECRET

KEY, OTHER = "a key of thirty-two characters 01", "a key of thirty-two characters 02"


@given(st.binary(max_size=80), st.text(max_size=20), st.integers(min_value=0), st.integers(1, 255))
@budget(derandomize=True, max_examples=60, deadline=None)
def test_altered_seal_never_opens(secret: bytes, place: str, where: int, flip: int) -> None:
    box = SecretsBox(KEY)
    sealed = box.seal(secret, place)
    assert box.open(sealed, place) == secret
    assert box.open(sealed, place + "x") == Unopenable("altered")
    body = bytearray(sealed.body)
    body[where % len(body)] ^= flip
    assert box.open(Sealed(sealed.key_id, bytes(body)), place) == Unopenable("altered")
    assert box.open(Sealed(sealed.key_id, sealed.body[: where % len(body)]), place) == Unopenable("altered")


def test_nonce_is_never_used_twice() -> None:
    """AES-GCM gives its key away when one is."""
    box = SecretsBox(KEY)
    nonces = {box.seal(b"x", "p").body[:NONCE_BYTES] for _ in range(5_000)}
    assert len(nonces) == 5_000


def test_key_opens_until_it_is_forgotten() -> None:
    sealed, mark = SecretsBox(KEY).seal(b"secret", "p"), SecretsBox(KEY).mark("use", "text")
    rotated, forgotten = SecretsBox(OTHER, (KEY,)), SecretsBox(OTHER)
    assert rotated.open(sealed, "p") == b"secret"
    assert rotated.is_mark("use", "text", mark)
    assert rotated.seal(b"secret", "p").key_id != sealed.key_id
    assert forgotten.open(sealed, "p") == Unopenable("key_unknown")
    assert not forgotten.is_mark("use", "text", mark)


@pytest.mark.parametrize("mark", ["", "é", "0" * 64])
def test_mark_of_another_use_or_text_is_no_mark(mark: str) -> None:
    box = SecretsBox(KEY)
    assert not box.is_mark("use", "text", mark)
    assert not box.is_mark("use", "text", box.mark("other use", "text"))
    assert not box.is_mark("use", "text", box.mark("use", "other text"))


@pytest.mark.parametrize(("key", "former"), [("", ()), ("short", ()), (KEY, ("short",))])
def test_short_key_does_not_start(key: str, former: tuple[str, ...]) -> None:
    """There is no default key: a server without one would seal everybody's second factor with the same."""
    with pytest.raises(BadSetting, match="MARAUDE_SECRET_KEY"):
        SecretsBox(key, former)


@given(st.integers(0, 2**33), st.integers(-4, 4))
@budget(derandomize=True, max_examples=100, deadline=None)
def test_code_proves_its_own_step_within_one(at_seconds: int, away: int) -> None:
    step = at_seconds // STEP_SECONDS + away
    if step < 0:
        return
    proved = step_proved(SECRET, pyotp.TOTP(SECRET).generate_otp(step), datetime.fromtimestamp(at_seconds, UTC))
    if abs(away) <= 1:
        assert proved == step
    else:
        assert proved != step


@pytest.mark.parametrize("code", ["", "28708", "2870822", "٢٨٧٠٨٢", "287 082", "28708a", "-87082"])
def test_text_that_is_no_code_proves_nothing(code: str) -> None:
    assert step_proved(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_secrets_and_codes_are_long_and_each_another() -> None:
    assert len({new_totp_secret() for _ in range(100)}) == 100
    codes = [code for _ in range(50) for code in new_recovery_codes()]
    assert len(set(codes)) == 500
    assert all(len(code.replace("-", "")) == 16 for code in codes)
    assert code_hash("abcd-efgh") == code_hash(" ABCD EFGH ")
