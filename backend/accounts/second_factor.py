"""This file decides whether a code proves the second factor of a user, once, in the transaction that it is given.

Six digits are a code of the moment, anything else is a recovery code. Both are spent by one UPDATE (user_store.py), so
that of any number of simultaneous uses one succeeds. Enrolment is in enrolment.py.
"""

from datetime import datetime

import structlog

from backend.accounts.secrets_box import Sealed, SecretsBox, Unopenable
from backend.accounts.session_store import Proof
from backend.accounts.totp import code_hash, step_proved
from backend.accounts.user_store import User, accept_step, reseal_second_factor, use_recovery_code
from backend.db.transaction import Transaction
from backend.ids import UserId

log = structlog.get_logger()


async def code_proves(tx: Transaction, box: SecretsBox, user: User, code: str, at: datetime) -> bool:
    """Tell whether a code is right and unspent, and spend it; a secret under a former key is sealed anew."""
    typed = "".join(code.split())
    if not _is_of_the_moment(typed):
        return await use_recovery_code(tx, user.id, code_hash(typed))
    secret = secret_of(box, user)
    if user.totp is None or secret is None:
        return False
    step = step_proved(secret, typed, at)
    if step is None or not await accept_step(tx, user.id, step):
        return False
    if user.totp.key_id != box.key_id:
        await reseal_second_factor(tx, user.id, user.totp, seal_secret(box, user.id, secret))
    return True


def proof_of_code(code: str) -> Proof:
    """Return what a code that was right has proved, and by what.

    >>> proof_of_code("123 456").by, proof_of_code("ABCD-EFGH-2345-6789").by
    ('code', 'recovery_code')
    """
    typed = "".join(code.split())
    return Proof("code" if _is_of_the_moment(typed) else "recovery_code")


def _is_of_the_moment(typed: str) -> bool:
    return len(typed) == 6 and typed.isascii() and typed.isdigit()


def seal_secret(box: SecretsBox, user_id: UserId, secret: str) -> Sealed:
    """Return a second factor's secret sealed for its user's row."""
    return box.seal(secret.encode(), f"app_user.totp_secret/{user_id}")


def secret_of(box: SecretsBox, user: User) -> str | None:
    """Return a user's secret; None when there is none or its seal does not open, which the log says."""
    if user.totp is None:
        return None
    secret = box.open(user.totp, f"app_user.totp_secret/{user.id}")
    if isinstance(secret, Unopenable):
        log.error("second_factor.unopenable", user_id=str(user.id), code=secret.why)
        return None
    return secret.decode()
