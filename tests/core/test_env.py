"""Every environment variable is either understood or refused with one sentence that names it and what it accepts."""

from pathlib import Path

import pytest

from core import env


@pytest.mark.parametrize(
    "name, read, low, high", [("LECTERN_WORKERS", env.workers, 1, 64), ("LECTERN_QUEUE", env.queue_length, 1, 1000)]
)
def test_whole_numbers(name, read, low, high, monkeypatch):
    for text, value in ((str(low), low), (str(high), high), (f" {low} ", low)):
        monkeypatch.setenv(name, text)
        assert read() == value
    for text in (str(low - 1), str(high + 1), "-1", "+1", "1.0", "two", "２", "0x2", "1e1", "nan", "9" * 5000):
        monkeypatch.setenv(name, text)
        with pytest.raises(env.BadEnvironment) as refusal:
            read()
        assert name in str(refusal.value)
        assert f"from {low} to {high}" in str(refusal.value)
        assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_defaults(empty, monkeypatch, tmp_path):
    for name in ("LECTERN_WORKERS", "LECTERN_QUEUE", "LECTERN_SCHEDULER", "LECTERN_RUNS"):
        monkeypatch.delenv(name, raising=False) if empty is None else monkeypatch.setenv(name, empty)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert env.workers() >= 1
    assert env.queue_length() == 16
    assert env.scheduler() is None
    assert env.runs_folder() == tmp_path / "lectern" / "runs"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert env.runs_folder() == Path.home() / ".cache" / "lectern" / "runs"


def test_workers_leave_one_core_to_the_server(monkeypatch):
    monkeypatch.delenv("LECTERN_WORKERS")
    for cores, workers in ((1, 1), (2, 1), (3, 2), (16, 15)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert env.workers() == workers


def test_scheduler(monkeypatch, tmp_path):
    for address in ("tcp://10.0.0.1:8786", "tcp://[::1]:8786", " tcp://host:1 "):
        monkeypatch.setenv("LECTERN_SCHEDULER", address)
        assert env.scheduler() == address.strip()
    for address in ("localhost:8786", "http://host", "8786", "tcp:/host", "tcp://host", "tcp://a b:1", "x" * 10_000):
        monkeypatch.setenv("LECTERN_SCHEDULER", address)
        with pytest.raises(env.BadEnvironment, match="LECTERN_SCHEDULER.*tcp://") as refusal:
            env.scheduler()
        assert len(str(refusal.value)) < 200
    (tmp_path / "key.pem").touch()
    monkeypatch.setenv("LECTERN_TLS", str(tmp_path))
    monkeypatch.setenv("LECTERN_SCHEDULER", "tls://host:1")
    assert env.scheduler() == "tls://host:1" and env.tls() == tmp_path


def test_frames(monkeypatch):
    monkeypatch.delenv("LECTERN_FRAMES", raising=False)
    assert env.frames() == "'self'"
    for sites in (
        "*",
        "https://moodle.example.org",
        "https://huggingface.co https://*.hf.space",
        "http://localhost:80",
    ):
        monkeypatch.setenv("LECTERN_FRAMES", sites)
        assert env.frames() == sites
    for sites in ("moodle.org", "https://a; script-src *", "https://a\nX: y", "* https://a", "x" * 10_000):
        monkeypatch.setenv("LECTERN_FRAMES", sites)
        with pytest.raises(env.BadEnvironment, match="^LECTERN_FRAMES is “") as refusal:
            env.frames()
        assert len(str(refusal.value)) < 200
