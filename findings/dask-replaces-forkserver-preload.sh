#!/usr/bin/env bash
# distributed 2026.8.0: modules that one has named for Python's fork server are silently replaced by Dask's own list.
#
# With distributed.worker.multiprocessing-method set to “forkserver”, workers are forked from a process that has imported what
# multiprocessing.set_forkserver_preload names: the documented way to have a heavy library in memory once, and workers that
# start at once. But the first time that Dask asks for its multiprocessing context it calls set_forkserver_preload itself, with
# "distributed" and the packages it knows, and what was named before is forgotten: the worker imports it again, alone.
# Named after that, or with the fork server already running, the list holds. So: start the fork server
# (multiprocessing.forkserver.ensure_running()) before Dask asks for its context, or name the modules after
# distributed.utils.get_mp_context().
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0
cat > "$home/heavy.py" <<'PY'
"""Stands for a library that takes long to import."""
PY
cat > "$home/workers.py" <<'PY'
import multiprocessing
import sys
from multiprocessing import forkserver

import dask

dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})


def has_heavy():
    return "heavy" in sys.modules


if __name__ == "__main__":
    multiprocessing.set_forkserver_preload(["heavy"])
    if sys.argv[1] == "running":
        forkserver.ensure_running()
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        print(*client.run(has_heavy).values())
PY
export PYTHONPATH="$home"
"$home/bin/python" -c 'import distributed; print("distributed", distributed.__version__)'
named=$("$home/bin/python" "$home/workers.py" named | tail -1)
running=$("$home/bin/python" "$home/workers.py" running | tail -1)
echo "the worker has the module that was named: $named; with the fork server already running: $running"
test "$named" = False || { echo "what was named holds now"; exit 1; }
test "$running" = True || { echo "it no longer holds with a fork server that runs"; exit 1; }
