"""The command line: train one run, make the shipped runs, sweep a grid, or host training processes.

python -m core train compression --method distill --temperature 8
python -m core presets compression
python -m core sweep compression --method distill --temperature 1 4 8 --seeds 5 --out table.csv
python -m core yardsticks compression
python -m core certificates FOLDER
python -m core scheduler --port 8786
python -m core join tls://host:8786
"""

import argparse
import itertools
import sys
import time
from pathlib import Path
from typing import Any

from core import certificates, env, jobs, labs, runs, yardsticks
from core.settings import SPREAD, Settings, accepted, build, choices_of, every_field, flatten, key

SEEDS = "seeds"  # the setting that says how many seeds learn side by side


def main(argv: list[str] | None = None) -> int:
    """Runs one command; 0 when it went well, 2 with a sentence on standard error when it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m core", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for command, help in (("train", "train one run and store it"), ("sweep", "train a grid of settings × seeds")):
        sub = commands.add_parser(command, help=help)
        labs_of = sub.add_subparsers(dest="lab", required=True)
        for lab in labs.LABS:
            add_flags(labs_of.add_parser(lab), lab, many=command == "sweep")
    presets = commands.add_parser("presets", help="train the shipped runs of a lab again")
    presets.add_argument("lab", choices=labs.LABS)
    presets.add_argument("--only", nargs="*", help="ids of the runs to make")
    figures = commands.add_parser("yardsticks", help="make the tables behind a lab's Yardstick tab again")
    figures.add_argument("lab", choices=labs.LABS)
    join = commands.add_parser("join", help="add training processes of this machine to a cluster")
    join.add_argument("address", help="tls://host:8786, or tcp:// without LECTERN_TLS")
    join.add_argument("--workers", type=int, default=None)
    scheduler = commands.add_parser("scheduler", help="host the scheduler of a cluster of several machines")
    scheduler.add_argument("--port", type=int, default=8786)
    scheduler.add_argument("--host", help="the address to listen on: all with LECTERN_TLS, else this machine's alone")
    keys = commands.add_parser("certificates", help="make what LECTERN_TLS names, for a cluster of several machines")
    keys.add_argument("folder", type=Path)
    args = parser.parse_args(argv)
    verbs = {
        "train": train,
        "presets": make_presets,
        "sweep": sweep,
        "yardsticks": make_yardsticks,
        "join": host,
        "scheduler": host,
        "certificates": make_certificates,
    }
    try:
        return verbs[args.command](args)
    except (jobs.JobError, runs.RunError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def add_flags(parser: argparse.ArgumentParser, lab: str, many: bool) -> None:
    """One flag for every setting of the lab; with `many`, several values each, and seeds."""
    model = labs.of(lab).settings
    for name, field in every_field(model).items():
        if many and name == SEEDS:
            continue  # a sweep's own --seeds says how many; where a lab trains them at once, it does
        choices = f" ({accepted(field)})" if choices_of(field) or field.annotation is not bool else " (true or false)"
        names = [name, *(old for old, new in model.ALIASES.items() if new == name)]
        parser.add_argument(
            *(f"--{each.replace('_', '-')}" for each in names),
            dest=name,
            default=argparse.SUPPRESS,
            nargs="+" if many else None,
            help=f"{field.description}{choices}".replace("%", "%%"),
        )
    parser.add_argument("--out", help="the table to write (CSV); standard output when left out") if many else None
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0 … N-1") if many else None
    parser.add_argument("--id", help="the run's name in the store") if not many else None


def given(args: argparse.Namespace) -> dict[str, Any]:
    """What the person typed, without the parser's own entries."""
    own = {"command", "lab", "out", "id"} | ({SEEDS} if hasattr(args, "out") else set())  # of a sweep they are how many
    return {name: value for name, value in vars(args).items() if name not in own}


def run_here(lab: str, flat: dict[str, Any], run_id: str | None = None, quiet: bool = False) -> runs.Run:
    """Trains in this process, printing events as they come."""
    settings, trainer = build(labs.of(lab).settings, flat), labs.of(lab).train
    log, started = [], time.perf_counter()
    for event in trainer(settings):
        log.append(event)
        if not quiet:
            print(describe(event), flush=True)
    seconds = time.perf_counter() - started
    return runs.make(
        run_id or key(lab, settings, labs.code_version()), lab, flatten(settings), log, seconds, "finished"
    )


def describe(event: Any) -> str:
    """An event on one line."""
    values = {name: value for name, value in vars(event).items() if name not in ("models", "array")}
    return f"{type(event).__name__:9}" + "  ".join(f"{name} {short(value)}" for name, value in values.items())


def short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}={short(v)}" for k, v in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:100]


def train(args: argparse.Namespace) -> int:
    if args.id:
        runs.checked(args.id)  # before the training rather than after it
    print(runs.save(run_here(args.lab, given(args), args.id)))
    return 0


def make_presets(args: argparse.Namespace) -> int:
    """The runs that ship with Lectern: never written by hand. They carry what the page would need seconds to measure."""
    shipped = labs.of(args.lab).shipped
    if strangers := set(args.only or ()) - set(shipped):
        raise ValueError(f"“{min(strangers)}” is not a shipped run of this lab; they are {', '.join(shipped)}.")
    for run_id, settings in shipped.items():
        if args.only and run_id not in args.only:
            continue
        run = run_here(args.lab, flatten(settings), run_id, quiet=True)
        run = runs.with_summary(run, labs.of(args.lab).module("formulas").examine(run))
        print(f"{runs.save(run, runs.SHIPPED)}  {run.about.seconds} s  {short(run.about.summary)}", flush=True)
    return 0


def sweep(args: argparse.Namespace) -> int:
    """Every combination of the given values, with each seed, through the same jobs as the app; one row per run."""
    if args.seeds < 1:
        raise ValueError(f"--seeds is {args.seeds}, but it must be at least 1.")
    if args.out and not Path(args.out).resolve().parent.is_dir():
        raise ValueError(f"There is no folder to write {args.out} into.")
    values = given(args)
    values.setdefault("seed", [str(seed) for seed in range(args.seeds)])
    grid = [dict(zip(values, combination)) for combination in itertools.product(*values.values())]
    asked = [build(labs.of(args.lab).settings, flat) for flat in grid]  # a bad value shows before any training
    waiting = side_by_side(asked)
    rows, running = [], []
    while waiting or running:
        while waiting and len(running) < env.queue_length():
            running.append(jobs.start(args.lab, waiting.pop(0), "sweep"))
        for job_id in list(running):
            view = jobs.watch(job_id, "sweep")
            if not view.live:
                running.remove(job_id)
                rows += rows_of(view)
                print(f"{len(rows)}/{len(grid)}  {short(rows[-1])}", file=sys.stderr, flush=True)
        time.sleep(0.2)
    rows.sort(key=lambda r: [str(r[name]) for name in values])
    if args.out:
        with open(args.out, "w", newline="") as stream:
            yardsticks.write(rows, stream)
    else:
        yardsticks.write(rows, sys.stdout)
    return 0 if all(r["state"] == "finished" for r in rows) else 1


def make_yardsticks(args: argparse.Namespace) -> int:
    """Every sweep that a figure under Yardstick comes from, one after the other."""
    folder = yardsticks.FOLDER / args.lab
    folder.mkdir(parents=True, exist_ok=True)
    declared, before = (
        labs.of(args.lab).module("yardsticks"),
        {file: file.stat().st_mtime_ns for file in folder.glob("*.csv")},
    )
    for table, each in {each.table: each for each in declared.YARDSTICKS if not each.file}.items():
        if not (folder / table).is_file():  # remove a table to have it made again
            print(yardsticks.command(args.lab, each), file=sys.stderr)
            main(["sweep", args.lab, *each.sweep.split(), "--out", str(folder / table)])
    declared.measured_tables(folder)
    made = [file.name for file in folder.glob("*.csv") if file.stat().st_mtime_ns != before.get(file)]
    yardsticks.note_machine(args.lab, made)
    return 0


def side_by_side(asked: list[Settings]) -> list[Settings]:
    """The same runs, those that differ in nothing but some seeds in a row as one, where their lab trains so many at once."""
    left, made = list(asked), []
    while left:
        first, model = left[0], type(left[0])
        many = max(choices_of(model.model_fields[SEEDS])) if SEEDS in model.model_fields else 1
        row = [first.model_copy(update={"seed": first.seed + i}) for i in range(many)]
        if SEEDS in model.idle(flatten(first)) or not all(each in left for each in row):
            row, many = [first], 1
        left = [each for each in left if each not in row]
        made.append(first.model_copy(update={SEEDS: many}) if many > 1 else first)
    return made


def rows_of(view: Any) -> list[dict[str, Any]]:
    """A line of the sweep's table for each seed that the run trained: settings, how it ended, and every plain number of the summary."""
    about, flat = view.run.about if view.run else None, flatten(view.settings)
    many, summary = flat.get(SEEDS, 1), about.summary if about else {}
    each = summary.get("each", {}) if many > 1 else {}
    rows = []
    for i in range(many):
        own = summary | {name: values[i] for name, values in each.items()}
        plain = {
            k: v for k, v in own.items() if isinstance(v, (int, float, str, bool)) and not (each and k.endswith(SPREAD))
        }
        alone = {"seed": flat["seed"] + i} | ({SEEDS: 1} if SEEDS in flat else {})
        ended = {"state": view.state, "message": view.message, "seconds": about.seconds / many if about else None}
        rows.append(flat | alone | ended | {f"result_{k}": v for k, v in plain.items()})
    return rows


def make_certificates(args: argparse.Namespace) -> int:
    """A folder that lets in who has a copy of it."""
    certificates.make(args.folder)
    print(
        f"LECTERN_TLS={args.folder.resolve()}  # copy this folder to every machine of the cluster; it is its only key"
    )
    return 0


def host(args: argparse.Namespace) -> int:
    """The scheduler of a cluster of several machines, or more training processes for one."""
    from core import cluster

    if args.command == "scheduler":
        cluster.schedule(args.port, args.host)
    else:
        cluster.join(args.address, args.workers or env.workers())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
