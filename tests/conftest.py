"""What all tests share: an environment of their own, settings of real but tiny runs, and waiting without sleeping blindly."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = float(os.environ.get("LECTERN_TEST_PATIENCE", 60))  # seconds; only a test that fails ever waits that long

hypothesis_settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=30,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
hypothesis_settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The order of tests/schedule.py for `--dist loadfile`; anything else is xdist's own business."""
    from tests.schedule import LongestFirst

    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test touches the user's runs, and no variable of the user's shell changes a test."""
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LECTERN_SCHEDULER", "LECTERN_TLS", "LECTERN_QUEUE", "MALLOC_TRIM_THRESHOLD_"):
            patch.delenv(name, raising=False)
        patch.setenv("LECTERN_RUNS", str(runs))
        patch.setenv("LECTERN_WORKERS", "1")  # so that the second of two runs has to wait
        patch.setenv("PYTHONPATH", str(ROOT))  # for the processes that tests start
        yield runs


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store of runs for one test; the shipped runs are hidden."""
    from core import runs

    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(runs, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "runs"


def wait_until(true: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Asks again and again until the answer is truthy, and returns it; fails with `what` when patience runs out."""
    deadline = time.monotonic() + patience
    while not (answer := true()):
        assert time.monotonic() < deadline, f"waited {patience:g} s in vain: {what}"
        time.sleep(0.01)
    return answer


def for_each(cases: Sequence[tuple], name: Callable[..., str]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Makes one test of a check that holds for many small cases: it goes through all of them and names every offender.

    Thousands of tests of a millisecond cost more in pytest than in what they look at.
    """

    def over(check: Callable[..., None]) -> Callable[[], None]:
        def together() -> None:
            wrong = {}
            for case in cases:
                try:
                    check(*case)
                except (Exception, pytest.fail.Exception) as fault:
                    wrong[name(*case)] = f"{type(fault).__name__}: {fault}"
            assert cases and not wrong, "\n".join(f"{case}: {fault}" for case, fault in wrong.items())

        together.__name__, together.__doc__ = check.__name__, check.__doc__
        return together

    return over


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    return wait_until


SEEDS = count(os.getpid() % 4000)


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Any]:
    """Settings of a real run that ends within a second; a new seed each time, so that no two tests share a run."""
    return lambda seed=None: _teacher(seed, epochs=1, channels=4, neurons=16)


@pytest.fixture(scope="session")
def long() -> Callable[..., Any]:
    """Settings of a real run that reports soon and often, and lasts longer than any test needs it."""
    return lambda seed=None: _teacher(seed, epochs=20, channels=16, neurons=256)


def _teacher(seed: int | None, **method: Any) -> Any:
    from core.compression.settings import CompressionSettings
    from core.settings import build

    seed = next(SEEDS) if seed is None else seed
    return build(CompressionSettings, {"method": "teacher", "augment": False, "seed": seed} | method)


@pytest.fixture(scope="session")
def unhurried() -> Iterator[None]:
    """On a busy machine all is late: who has looked still looks, and a training process that answers late does not hang."""
    from core import job, workers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "LOOKING", job.UNWATCHED)
        patch.setattr(workers, "DEAF", PATIENCE)
        yield


@pytest.fixture(scope="session")
def embedded(unhurried: None) -> Iterator[Any]:
    """The registry of a server with the embedded cluster of one worker; ended, with all its processes, at the end."""
    from core.jobs import JOBS

    yield JOBS
    JOBS.close()


@pytest.fixture
def jobs(embedded: Any, own_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`embedded` for one test: nothing runs before and nothing goes on after it, the store (that the workers read,
    too) is empty and the shipped runs are hidden from this process."""
    from core import runs

    for file in own_environment.iterdir():
        file.unlink()
    monkeypatch.setattr(runs, "SHIPPED", tmp_path / "shipped")
    yield embedded
    with embedded.lock:
        for job in [job for job in embedded.jobs.values() if job.live]:
            embedded._end(job, "stopped", "The test has ended.")


@pytest.fixture
def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def python() -> Callable[..., subprocess.CompletedProcess]:
    """Runs Python code in a fresh process in the repository root and returns the completed process."""

    def run(code: str, *args: str, **more: Any) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, **more
        )

    return run
