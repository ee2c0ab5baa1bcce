"""Streamlit's own command with a clock at the door that events come through: a line for each event, the milliseconds of its way
from the training process to where pages read it. Standard output goes to the server's log."""

import time
from typing import Any

from streamlit.web import cli

from core import jobs

MARK = "event took"  # what such a line begins with


def timed(stamped: tuple[float, dict[str, Any]]) -> None:
    arrived(stamped)
    print(f"{MARK} {1000 * (time.time() - stamped[1]['sent']):.3f}", flush=True)


if __name__ == "__main__":
    workers = jobs.JOBS.workers
    arrived, workers.arrived = workers.arrived, timed
    cli.main(prog_name="streamlit")
