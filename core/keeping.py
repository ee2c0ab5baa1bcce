"""Whose runs are whose, and how long they are kept."""

import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core import env
from core.settings import Settings, every_field, extra, flatten

OWN_PICTURES = ("photo", "drawing")  # sources of settings that hold a picture of the visitor's own
MOST = 2000  # runs; the oldest go first
ABANDONED = 3600  # seconds after which an unfinished file belongs to nobody
DAY = 86_400


def maker_of(visitor: str) -> str:
    """What a run says of the visitor who made it: nobody can tell the visitor's secret name from it. Empty for nobody."""
    return hashlib.sha256(f"lectern {visitor}".encode()).hexdigest()[:16] if visitor else ""


def private(settings: Settings) -> bool:
    """Whether the settings hold a photo or a drawing of the visitor's own."""
    fields = every_field(type(settings))
    return any(extra(fields[name], "source") in OWN_PICTURES and value for name, value in flatten(settings).items())


def tidy(folder: Path, now: float | None = None) -> None:
    """Clears away the oldest runs above the limits of number, size (LECTERN_STORE_MB) and age (LECTERN_KEEP_DAYS), and what a
    writer that was killed has left."""
    now, room = time.time() if now is None else now, env.store_megabytes() * 2**20
    with suppress(OSError):  # another server may be tidying the same folder
        known = {file: file.stat() for file in folder.glob("*.safetensors")}
        newest = sorted(known, key=lambda file: -known[file].st_mtime_ns)
        for place, file in enumerate(newest):
            room -= known[file].st_size
            old = now - known[file].st_mtime > env.keep_days() * DAY
            if place and (place >= MOST or room < 0 or old):  # the newest was saved just now
                file.unlink(missing_ok=True)
        for part in folder.glob(".*.part"):
            if now - part.stat().st_mtime > ABANDONED:
                part.unlink(missing_ok=True)


def seen_by(about: Any, maker: str) -> bool:
    """Whether a run may be listed for this visitor; those who know its address open it all the same. about: a runs.About."""
    return not about.private or (about.maker != "" and about.maker == maker)


def deleted_by(about: Any, maker: str) -> bool:
    """Whether this visitor may delete a run: the own ones, and those of nobody where no strangers share the server."""
    return not about.shipped and (about.maker == maker if about.maker else not env.public())


def owned(settings: Settings, visitor: str) -> Mapping[str, Any]:
    """What the header of a run says of its maker."""
    return {"maker": maker_of(visitor), "private": bool(visitor) and private(settings)}
