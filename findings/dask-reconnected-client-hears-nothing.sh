#!/usr/bin/env bash
# distributed 2026.8.0: a client that has connected anew no longer gets the events that it subscribed to, and is not told so.
#
# Where a scheduler goes away and comes back at the same address, Client connects to it again by itself: its status is
# “running”, and calls work. Futures of before are cancelled with a message. But what subscribe_topic asked for stood in the
# old scheduler; the client keeps its handlers and does not subscribe them again, so they are never called, without a word.
# So: compare client.scheduler_comm with the one of the beginning, and subscribe again (or make a new client) when it is another.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0
cat > "$home/listen.py" <<'PY'
import socket
import subprocess
import sys
import time
from pathlib import Path

import distributed
from distributed import Client

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
DASK = Path(sys.executable).with_name("dask")


def scheduler():
    arguments = ["--host", "127.0.0.1", "--port", str(PORT), "--no-dashboard"]
    return subprocess.Popen([DASK, "scheduler", *arguments], stderr=subprocess.DEVNULL)


def until(true, what):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def tell(client, word):
    """Logs an event, and whether it was heard; a subscription needs a moment to arrive."""
    client.log_event("news", word)
    time.sleep(0.2)
    return word in heard


heard = []
print("distributed", distributed.__version__)
running = scheduler()
try:
    with Client(f"tcp://127.0.0.1:{PORT}", timeout="60s") as client:
        client.subscribe_topic("news", lambda event: heard.append(event[1]))
        until(lambda: tell(client, "one"), "nothing was heard at all")
        running.kill()
        running.wait()
        until(lambda: client.status == "connecting", "the loss was not noticed")
        running = scheduler()
        until(lambda: client.status == "running", "it did not connect again")
        again = [tell(client, "two") for _ in range(20)]
        kept = sum(event == "two" for _, event in client.get_events("news"))
        print(f"the client is {client.status}; of {kept} events that the new scheduler has, it heard {sum(again)}")
        assert kept == 20 and not any(again), "it hears again"
        client.subscribe_topic("news", lambda event: heard.append(event[1]))
        until(lambda: tell(client, "three"), "nor does it after another subscription")
        print("after another subscription it hears the next one")
finally:
    running.kill()
PY
"$home/bin/python" "$home/listen.py"
