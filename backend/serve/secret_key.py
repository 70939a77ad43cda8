"""Find the installation's secret key: the setting, else one made once and kept in its own file.

Production names it (`MARAUDE_SECRET_KEY`); a laptop or a pilot gets a random one at the first start, never a default.
"""

import secrets
from dataclasses import replace
from pathlib import Path

from backend.settings import Settings


def with_secret_key(settings: Settings) -> Settings:
    """Return settings that have a secret key; the file is readable by its owner only."""
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=_kept(settings.home / "secret.key"))


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), "ascii")
    return path.read_text("ascii").strip()
