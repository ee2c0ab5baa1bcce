"""The few environment variables that Lectern reads, checked where they are read."""

import os
import re
from pathlib import Path


class BadEnvironment(ValueError):
    """An environment variable holds something that Lectern cannot use; the message is one sentence for people."""


def whole_number(name: str, default: int, low: int, high: int) -> int:
    """The value of `name`, or `default` when it is unset. Raises BadEnvironment when it is not in low..high."""
    text = os.environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise BadEnvironment(f"{name} is “{text[:40]}”, but it must be a whole number from {low} to {high}.")
    return int(text)


def workers() -> int:
    """Training processes of the embedded cluster: LECTERN_WORKERS, or one less than the cores, at least one."""
    return whole_number("LECTERN_WORKERS", max(1, len(os.sched_getaffinity(0)) - 1), 1, 64)


def queue_length() -> int:
    """How many runs may wait or train at once: LECTERN_QUEUE."""
    return whole_number("LECTERN_QUEUE", 16, 1, 1000)


def store_megabytes() -> int:
    """How large the store of runs may become: LECTERN_STORE_MB. Shipped runs do not count."""
    return whole_number("LECTERN_STORE_MB", 2000, 10, 1_000_000)


def keep_days() -> int:
    """How many days a run is kept: LECTERN_KEEP_DAYS."""
    return whole_number("LECTERN_KEEP_DAYS", 90, 1, 36_500)


def scheduler() -> str | None:
    """The address of the Dask cluster to use (LECTERN_SCHEDULER), or None for the embedded one."""
    given = os.environ.get("LECTERN_SCHEDULER", "").strip()
    return cluster_address(given, "LECTERN_SCHEDULER") if given else None


def cluster_address(text: str, name: str) -> str:
    """The address of a cluster, which is tls://… exactly where LECTERN_TLS says how. Raises BadEnvironment.

    name: of what holds the text, for the sentence.
    """
    if not re.fullmatch(r"(tcp|tls)://([\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}", text):
        raise BadEnvironment(f"{name} is “{text[:80]}”, but it must look like tcp://host:8786 or tls://host:8786.")
    if text.startswith("tls://") and not tls():
        raise BadEnvironment(f"{name} is “{text[:80]}”, but LECTERN_TLS does not name the folder with the certificate.")
    if text.startswith("tcp://") and tls():
        raise BadEnvironment(f"{name} is “{text[:80]}”, but with LECTERN_TLS it must begin with tls://.")
    return text


def tls() -> Path | None:
    """The folder with the certificate and key of a cluster of several machines: LECTERN_TLS, or None."""
    given = os.environ.get("LECTERN_TLS", "").strip()
    if given and not (Path(given) / "key.pem").is_file():
        raise BadEnvironment(f"LECTERN_TLS is “{given[:80]}”, but there is no key.pem in that folder.")
    return Path(given) if given else None


def runs_folder() -> Path:
    """Where finished runs are kept: LECTERN_RUNS, or a folder in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("LECTERN_RUNS", "").strip() or cache / "lectern" / "runs")


def frames() -> str:
    """The sites whose pages may show Lectern in a frame, as the header wants it: LECTERN_FRAMES, or this server's own alone."""
    given = os.environ.get("LECTERN_FRAMES", "").strip()
    if given and not re.fullmatch(r"\*|https?://[\w.*:-]+( https?://[\w.*:-]+)*", given):
        raise BadEnvironment(
            f"LECTERN_FRAMES is “{given[:80]}”, but it must be * or like https://a.org https://*.b.org."
        )
    return given or "'self'"


def public() -> bool:
    """LECTERN_PUBLIC=1: strangers share this server, so nobody may delete what another may have trained."""
    return bool(whole_number("LECTERN_PUBLIC", 0, 0, 1))
