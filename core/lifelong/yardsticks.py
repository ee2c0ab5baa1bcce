"""The figures of the life-long learning lab beside published ones. `python -m core yardsticks lifelong` makes the tables."""

from pathlib import Path

from core.lifelong.analysis.elsewhere import NAMES
from core.lifelong.analysis.elsewhere import TABLE as ELSEWHERE
from core.yardsticks import Yardstick, make_tables

HOMEWORK = "--network homework --epochs 20 --batch 128 --learning-rate 0.0005 --method"
TASK = "--stream split --incremental task --network medium --epochs 3 --batch 32 --learning-rate 0.004 --method"
DOMAIN = TASK.replace("--incremental task", "--incremental domain")
PAIRS = "--stream split --epochs 3 --batch 32 --learning-rate 0.004 --incremental"
THREE, CLASS = f"{PAIRS} task domain class --method", f"{PAIRS} class --method"
PERMUTED = "--incremental class --method finetune ewc online_ewc si rwalk replay"
ESTIMATES = "--method ewc --estimate exact sampled empirical batch"
STRENGTHS = "--method ewc --lam 0.1 1000.0 10000.0"
EVERY = (
    "finetune",
    "l2",
    "online_ewc",
    "mas",
    "si",
    "rwalk",
    "scp",
    "replay",
    "gem",
    "agem",
    "lwf",
    "progressive",
    "joint",
)
PACKED = "--incremental task --method packnet --pruned 25 75 95"
DREAMT = f"{CLASS} generative --replayed 50 --generator-steps 50 600"
TURNS = "--stream rotated --turn 20 40 90 180 --epochs 2 --method finetune"
TURNED_OTHERS = "--stream rotated --turn 40 --epochs 2 --method replay joint"
ORDERED = "--stream rotated permuted --turn 90 --tasks 3 --epochs 2 --method orders"
KEPT = f"{CLASS} icarl replay --budget 20"
CHOSEN = f"{CLASS} icarl --budget 50 500"
TOLD, UNTOLD = "--incremental task --method finetune", "--method packnet"
METHODS = f"--method {' '.join(EVERY)}"
AVERAGE, FIRST = "result_average", "result_average_after_1"
NONE = "none in this set-up"
HW14 = "ML 2021, homework 14, one seed"
VEN = "van de Ven, Tolias 2018, table 3"
VEN_100 = "van de Ven, Tolias 2018, table 4: 10 permutations, 100 classes, guessing 1 %"
BLOG = "van de Ven 2025, split digits, task-incremental, each at its own best λ"
TEN, TWO = "10 (guessing)", "50 (guessing)"
LAST_PAIR = "10 (guessing), 20 (the last pair only)"
FIFTY = "2 (guessing), 20 (one task of five only)"
FEWER = "4,000 digits and 640 steps per task (η = 0.0005) instead of 60,000 and 4,690 (η = 0.0001). "
SHORT = "800 digits and 75 steps per task instead of 12,000 and 2,000. "
SMALL = "800 digits and 75 steps per task instead of 12,000 and 2,000; 100 – 100 neurons instead of 400 – 400. EWC: λ = 100."


def _homework(title: str, method: str, published: str, why: str) -> Yardstick:
    return Yardstick(
        f"Homework 14, after 5 tasks: {title}", f"{HOMEWORK} {method}", AVERAGE, "%", published, FEWER + why, chance=TEN
    )


def _split(sweep: str, scenario: str, title: str, published: str, why: str) -> Yardstick:
    return Yardstick(f"Split, {scenario}-incremental: {title}", sweep, AVERAGE, "%", published, why, chance=TWO)


def _pairs(sweep: str, scenario: str, title: str, published: str = NONE, **where: str) -> Yardstick:
    return Yardstick(
        f"Three scenarios, {scenario}-incremental: {title}",
        sweep,
        AVERAGE,
        "%",
        published,
        SMALL,
        where=where | {"incremental": scenario},
        chance=LAST_PAIR if scenario == "class" else TWO,
    )


def _permuted(method: str, title: str, published: str) -> Yardstick:
    return Yardstick(
        f"Permuted, class-incremental: {title}",
        PERMUTED,
        AVERAGE,
        "%",
        published,
        "5 permutations, 50 classes; each method with its default λ.",
        where={"method": method},
        chance=FIFTY,
    )


def _estimate(name: str, title: str, published: str) -> Yardstick:
    return Yardstick(
        f"EWC, λ = 20, Fisher estimate: {title}",
        ESTIMATES,
        AVERAGE,
        "%",
        published,
        "Permuted digits, the scene “EWC against forgetting”, the same λ for all four.",
        where={"estimate": name},
        chance=TEN,
    )


def _first_scene(method: str, title: str, why: str = "", published: str = NONE) -> Yardstick:
    return Yardstick(
        f"First scene: {title}", METHODS, AVERAGE, "%", published, why, where={"method": method}, chance=TEN
    )


def _end(title: str, sweep: str, why: str = "", **where: str) -> Yardstick:
    """A figure that a scene tells, and nobody has published."""
    return Yardstick(title, sweep, AVERAGE, "%", NONE, why, where=where, chance=TEN)


def _transfer(which: str, title: str, sweep: str, **where: str) -> Yardstick:
    """Transfer in points; where the network knows nothing of other tasks it is 0."""
    rival = {"forward": "0 (an untrained network)", "backward": "0 (nothing changed)"}[which]
    return Yardstick(title, sweep, f"result_{which}_transfer", "points", NONE, "", where=where, chance=rival)


YARDSTICKS = (
    Yardstick("Homework 14, after 1 task", f"{HOMEWORK} finetune", FIRST, "%", f"98.0 % ({HW14})", FEWER, chance=TEN),
    _homework("fine-tuning", "finetune", f"83.7 % ({HW14})", ""),
    _homework(
        "EWC",
        "ewc --lam 100",
        f"91.1 % ({HW14})",
        "Exact Fisher on training digits of the finished task; theirs squares batch means on all old tasks' test digits. "
        "λ = 100, as theirs.",
    ),
    _homework(
        "MAS",
        "mas",
        f"95.1 % ({HW14})",
        "Importance on training digits of the finished task alone; theirs on test digits of all old tasks, at each switch anew. "
        "λ = 0.02, theirs 0.1.",
    ),
    _homework(
        "SI",
        "si",
        f"90.4 % ({HW14})",
        "The path integral of the task's own loss; theirs includes the penalty. λ = 10, theirs 1.",
    ),
    _homework(
        "RWalk",
        "rwalk",
        f"94.0 % ({HW14})",
        "Both terms scaled to [0, 1], as in the paper; theirs are not. λ = 2, theirs 100.",
    ),
    _homework(
        "SCP",
        "scp",
        f"92.6 % ({HW14})",
        "Every projection is squared; theirs averages the projections first. λ = 10, theirs 100.",
    ),
    _split(
        f"{TASK} finetune",
        "task",
        "fine-tuning",
        f"85.2 % ({VEN})",
        SHORT
        + "Learning rate 0.004: with 0.001 and many epochs the 800 digits are known by heart and little is forgotten.",
    ),
    _split(
        f"{TASK} ewc --lam 100000",
        "task",
        "EWC",
        f"85.5 % ({VEN})",
        SHORT + "λ = 100,000: the Fisher information of such easy tasks is small. "
        "Theirs gained almost nothing over fine-tuning (85.2 %).",
    ),
    _split(
        f"{TASK} online_ewc --lam 100000",
        "task",
        "online EWC",
        "99.1 % (van de Ven 2025, exact Fisher, at its own best λ)",
        SHORT + "λ = 100,000. Van de Ven, Tolias 2018, table 3, had 85.2 %, as much as fine-tuning.",
    ),
    _split(f"{TASK} mas --lam 1", "task", "MAS", NONE, SHORT + "λ = 1."),
    _split(f"{TASK} si --lam 100", "task", "SI", f"99.1 % ({VEN})", SHORT + "λ = 100."),
    _split(f"{TASK} lwf", "task", "LwF", f"99.6 % ({VEN})", SHORT + "T = 2, with T²."),
    _split(f"{DOMAIN} finetune", "domain", "fine-tuning", f"57.3 % ({VEN})", SHORT),
    _split(f"{DOMAIN} ewc --lam 100000", "domain", "EWC", NONE, SHORT + "λ = 100,000."),
    _split(f"{DOMAIN} lwf", "domain", "LwF", f"71.0 % ({VEN})", SHORT + "T = 2, with T²."),
    _pairs(f"{THREE} finetune", "task", "fine-tuning"),
    _pairs(f"{THREE} ewc --lam 100", "task", "EWC"),
    _pairs(f"{THREE} finetune", "domain", "fine-tuning"),
    _pairs(f"{THREE} ewc --lam 100", "domain", "EWC"),
    _pairs(f"{THREE} finetune", "class", "fine-tuning", f"19.9 % ({VEN})"),
    _pairs(f"{THREE} ewc --lam 100", "class", "EWC"),
    _pairs(f"{CLASS} si lwf gem agem joint", "class", "SI", f"20.0 % ({VEN})", method="si"),
    _pairs(f"{CLASS} si lwf gem agem joint", "class", "LwF", f"24.2 % ({VEN})", method="lwf"),
    _pairs(f"{CLASS} si lwf gem agem joint", "class", "GEM, 500 digits", method="gem"),
    _pairs(f"{CLASS} gem --margin 0", "class", "GEM, 500 digits, margin 0"),
    _pairs(f"{CLASS} si lwf gem agem joint", "class", "A-GEM, 500 digits", method="agem"),
    _pairs(
        f"{CLASS} replay --budget 50 500",
        "class",
        "replay of 500 digits",
        "92 % (Avalanche's baselines, 1,000 digits kept, each digit seen once)",
        budget="500",
    ),
    _pairs(f"{CLASS} replay --budget 50 500", "class", "replay of 50 digits", budget="50"),
    _pairs(KEPT, "class", "replay of 20 digits", method="replay"),
    _pairs(KEPT, "class", "iCaRL, 20 digits", method="icarl"),
    _pairs(CHOSEN, "class", "iCaRL, 50 digits", budget="50"),
    _pairs(CHOSEN, "class", "iCaRL, 500 digits", budget="500"),
    _pairs(
        DREAMT,
        "class",
        "generative replay",
        "75 % (Avalanche's baselines, 400 – 400 neurons)",
        generator_steps="600",
    ),
    _pairs(DREAMT, "class", "generative replay, 50 steps of the generator", generator_steps="50"),
    _pairs(f"{CLASS} si lwf gem agem joint", "class", "joint training", f"97.9 % ({VEN})", method="joint"),
    _permuted("finetune", "fine-tuning", f"17.3 % ({VEN_100})"),
    _permuted("ewc", "EWC", f"25.0 % ({VEN_100})"),
    _permuted("online_ewc", "online EWC", f"33.9 % ({VEN_100})"),
    _permuted("si", "SI", f"29.3 % ({VEN_100})"),
    _permuted("rwalk", "RWalk", NONE),
    _permuted("replay", "replay of 500 digits", NONE),
    _estimate("exact", "exact", f"99.1 % ({BLOG})"),
    _estimate("sampled", "sampled class", f"99.1 % ({BLOG})"),
    _estimate("empirical", "true label", f"99.1 % ({BLOG})"),
    _estimate("batch", "batch mean, squared", f"99.1 % ({BLOG})"),
    _end(
        "EWC, λ = 10,000, Fisher estimate: batch mean, squared",
        "--method ewc --estimate batch --lam 10000 --seed 0 1 2",
    ),
    _end("First scene, EWC with λ = 0.1", STRENGTHS, lam="0.1"),
    _end(
        "First scene, EWC with λ = 1,000", STRENGTHS, why="Task 1 is kept, later tasks are not learned.", lam="1000.0"
    ),
    _end(
        "First scene, EWC with λ = 10,000", STRENGTHS, why="The steps are unstable: task 1 falls, too.", lam="10000.0"
    ),
    _end("First scene with rotated digits: fine-tuning", "--stream rotated --method finetune"),
    _first_scene("finetune", "fine-tuning"),
    _first_scene("l2", "L2", "Ω = 1: holds what matters no more than what does not."),
    _first_scene(
        "online_ewc",
        "online EWC",
        "The newest anchor alone. EWC with one anchor per task: see the exact Fisher estimate.",
    ),
    _first_scene("mas", "MAS"),
    _first_scene("si", "SI"),
    _first_scene("rwalk", "RWalk"),
    _first_scene("scp", "SCP"),
    _first_scene("replay", "replay of 500 digits"),
    _first_scene("gem", "GEM, 500 digits", "A batch of each memory at each step, not the whole of it."),
    _first_scene(
        "agem",
        "A-GEM, 500 digits",
        "5 permutations of 4,000 digits, 8 epochs.",
        "89.1 % (Chaudhry et al. 2019, table 4: 17 permutations, each digit seen once, 250 kept per task)",
    ),
    _first_scene(
        "lwf", "LwF", "To the old network shuffled images look like noise: keeping its answers to them does not help."
    ),
    _first_scene(
        "progressive",
        "progressive columns",
        "Nobody tells the task: the surest column answers, and is often the wrong one.",
    ),
    _first_scene("joint", "joint training", "All tasks are there all the time: no life-long learning."),
    _end(
        "PackNet, 75 % pruned",
        PACKED,
        "Permuted digits, task-incremental. The paper packs ImageNet and fine-grained photos into VGG-16.",
        pruned="75",
    ),
    _end("PackNet, 25 % pruned", PACKED, "So little is left for later tasks that they learn badly.", pruned="25"),
    _end("PackNet, 95 % pruned", PACKED, "Small tasks for a network of 90,000 weights.", pruned="95"),
    _end("PackNet, the same without any method", TOLD, "Fine-tuning, task-incremental."),
    _end("PackNet, task not told", UNTOLD, "Domain-incremental: the surest of five masks answers. 75 % pruned."),
    *(
        each
        for turn in (20, 40, 90, 180)
        for each in (
            _transfer("forward", f"Rotated, whole turn {turn}°: forward transfer", TURNS, turn=str(turn)),
            _transfer("backward", f"Rotated, whole turn {turn}°: backward transfer", TURNS, turn=str(turn)),
        )
    ),
    *(
        _transfer("backward", f"Rotated, whole turn 40°, {name}: backward transfer", TURNED_OTHERS, method=method)
        for method, name in (("replay", "replay"), ("joint", "joint training"))
    ),
    *(
        Yardstick(
            f"Every order, {name}: {title}",
            ORDERED,
            f"result_{column}",
            unit,
            NONE,
            "Three tasks, six orders, five seeds in each of the five runs; 25,000 weights.",
            where={"stream": stream},
            chance=chance,
        )
        for stream, name in (("rotated", "angles 0°, 45°, 90°"), ("permuted", "permuted"))
        for column, title, unit, chance in (
            ("best_order", "the best", "%", TEN),
            ("worst_order", "the worst", "%", TEN),
            ("noise", "standard deviation over the seeds of one order", "points", "–"),
            ("f", "F of the orders against the seeds", "", "1 (the order does nothing)"),
        )
    ),
    *(
        Yardstick(
            f"Maps of task 1 before and after, rank correlation × 100: {title}",
            "",
            "alike",
            "",
            NONE,
            "100 test digits, integrated gradients of the right digit. Another network of the same task is the control.",
            where={"method": method},
            file=ELSEWHERE,
            chance="0 (nothing in common)",
        )
        for method, title in NAMES.items()
    ),
)


def measured_tables(folder: Path) -> None:
    """What no sweep measures: where a network looks that has forgotten. A table that is there stays."""
    from core.lifelong import elsewhere  # with Captum, which the page of these figures does not need

    make_tables(folder, {ELSEWHERE: elsewhere.rows})
