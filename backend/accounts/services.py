"""This file holds what signing in needs besides a transaction: settings, clock, box of secrets, hasher of passphrases.

Made once for each process and kept as `app.state.accounts`; tests put their own clock into it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection

from backend.access import Scope
from backend.accounts.passphrase import Hasher, threads_of
from backend.accounts.secrets_box import SecretsBox
from backend.clock import Clock, now
from backend.identity.provider import Provider, provider_of
from backend.settings import Settings

TabletScopeOf = Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Scope | None]]


@dataclass(frozen=True)
class Accounts:
    """The services of this package; `tablet_scope_of` names the tablet of a request: without it none is known."""

    settings: Settings
    clock: Clock
    box: SecretsBox
    hasher: Hasher
    tablet_scope_of: TabletScopeOf | None = None
    identity_provider: Provider | None = None

    def close(self) -> None:
        """End the hasher's threads."""
        self.hasher.close()


def accounts_of(
    settings: Settings, clock: Clock = now, tablet_scope_of: TabletScopeOf | None = None, hasher: Hasher | None = None
) -> Accounts:
    """Return the services; raises BadSetting when the secret key is missing or short."""
    box = SecretsBox(settings.secret_key, settings.secret_keys_former)
    hasher = hasher or Hasher(threads=threads_of(settings.web_processes))
    return Accounts(settings, clock, box, hasher, tablet_scope_of, provider_of(settings, clock))
