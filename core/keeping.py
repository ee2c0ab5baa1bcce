"""Whose runs are whose, how long they are kept, and which have begun and not ended."""

import hashlib
import re
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
BEGUN = ".{}.begun"  # an empty file in the store


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
        for pattern, age in ((".*.part", ABANDONED), (BEGUN.format("*"), env.keep_days() * DAY)):
            for file in folder.glob(pattern):
                if now - file.stat().st_mtime > age:
                    file.unlink(missing_ok=True)


def begin(run_id: str) -> None:
    """Notes in the store that a run has begun: a server that is killed can say so when it is back. No run fails for want of it."""
    with suppress(OSError):
        file = env.runs_folder() / BEGUN.format(run_id)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def end(run_id: str) -> None:
    """It has ended, and its server lives."""
    with suppress(OSError):
        (env.runs_folder() / BEGUN.format(run_id)).unlink(missing_ok=True)


def cut_short(run_id: str) -> bool:
    """Whether the server ended before this run did, of a run that this server does not train. Knows no malformed id."""
    return re.fullmatch(r"[a-z0-9-]{1,80}", run_id) is not None and (env.runs_folder() / BEGUN.format(run_id)).is_file()


def seen_by(about: Any, maker: str) -> bool:
    """Whether a run may be listed for this visitor; those who know its address open it all the same. about: a runs.About."""
    return not about.private or (about.maker != "" and about.maker == maker)


def deleted_by(about: Any, maker: str) -> bool:
    """Whether this visitor may delete a run: the own ones, and those of nobody where no strangers share the server."""
    return not about.shipped and (about.maker == maker if about.maker else not env.public())


def owned(settings: Settings, visitor: str) -> Mapping[str, Any]:
    """What the header of a run says of its maker."""
    return {"maker": maker_of(visitor), "private": bool(visitor) and private(settings)}
