"""The figures of the life-long learning lab beside published ones. `python -m core yardsticks lifelong` makes the tables."""

from pathlib import Path

from core.yardsticks import Yardstick

HOMEWORK = "--network homework --epochs 20 --batch 128 --learning-rate 0.0005 --method"
TASK = "--stream split --incremental task --network medium --epochs 3 --batch 32 --learning-rate 0.004 --method"
DOMAIN = TASK.replace("--incremental task", "--incremental domain")
CLASS = "--stream split --incremental class --epochs 20 --method"
ESTIMATES = "--method ewc --estimate exact sampled empirical batch"
EVERY = ("finetune", "l2", "online_ewc", "mas", "si", "rwalk", "scp", "replay", "gem", "agem", "lwf", "progressive", "joint")
METHODS = f"--method {' '.join(EVERY)}"
AVERAGE, FIRST = "result_average", "result_average_after_1"
HW14 = "ML 2021, homework 14, one seed"
VEN = "van de Ven, Tolias 2019, table 4"
BLOG = "van de Ven 2025, split digits, each at its own best λ"
FEWER = "4,000 digits instead of 60,000 lower the ceiling, 640 steps per task instead of 4,690 forget less. "
SHORT = "800 digits and 75 steps per task instead of 12,000 and 2,000. "
SMALL = "4,000 digits instead of 60,000, 100 – 100 neurons instead of 400 – 400. "


def _homework(title: str, method: str, published: str, why: str) -> Yardstick:
    return Yardstick(f"Homework 14, after 5 tasks: {title}", f"{HOMEWORK} {method}", AVERAGE, "%", published, FEWER + why)


def _split(sweep: str, scenario: str, title: str, published: str, why: str) -> Yardstick:
    return Yardstick(f"Split, {scenario}-incremental: {title}", sweep, AVERAGE, "%", published, why)


def _estimate(name: str, title: str, published: str) -> Yardstick:
    return Yardstick(f"EWC, λ = 20, Fisher estimate: {title}", ESTIMATES, AVERAGE, "%", published,
                     "Permuted digits, the first scene, the same λ for all four.", where={"estimate": name})


def _first_scene(method: str, title: str, why: str = "", published: str = "none in this set-up") -> Yardstick:
    return Yardstick(f"First scene: {title}", METHODS, AVERAGE, "%", published, why, where={"method": method})


YARDSTICKS = (
    Yardstick("Homework 14, after 1 task", f"{HOMEWORK} finetune", FIRST, "%", f"98.0 % ({HW14})", FEWER),
    _homework("fine-tuning", "finetune", f"83.7 % ({HW14})", ""),
    _homework("EWC", "ewc --lam 100", f"91.1 % ({HW14})",
              "Exact Fisher on training digits of the finished task; theirs squares batch means on all old tasks' test digits."),
    _homework("MAS", "mas", f"95.1 % ({HW14})",
              "Importance on training digits of the finished task alone; theirs on test digits of all old tasks, at each switch anew."),
    _homework("SI", "si", f"90.4 % ({HW14})", "The path integral of the task's own loss; theirs includes the penalty."),
    _homework("RWalk", "rwalk", f"94.0 % ({HW14})", "Both terms scaled to [0, 1], as in the paper; theirs are not."),
    _homework("SCP", "scp", f"92.6 % ({HW14})", "Every projection is squared; theirs averages the projections first."),
    _split(f"{TASK} finetune", "task", "fine-tuning", f"87.2 % ({VEN})",
           SHORT + "Learning rate 0.004: with 0.001 and many epochs the 800 digits are known by heart and little is forgotten."),
    _split(f"{TASK} ewc --lam 100000", "task", "EWC", f"98.6 % ({VEN})",
           SHORT + "λ = 100,000. Longer training makes it worse: on digits known by heart the Fisher vanishes."),
    _split(f"{TASK} online_ewc --lam 100000", "task", "online EWC", f"99.1 % ({VEN})", SHORT + "λ = 100,000."),
    _split(f"{TASK} mas --lam 1", "task", "MAS", "none in this set-up", SHORT + "λ = 1."),
    _split(f"{TASK} si --lam 100", "task", "SI", f"99.1 % ({VEN})", SHORT + "λ = 100."),
    _split(f"{TASK} lwf", "task", "LwF", f"99.6 % ({VEN})", SHORT + "T = 2, with T²."),
    _split(f"{DOMAIN} finetune", "domain", "fine-tuning", f"59.2 % ({VEN})", SHORT),
    _split(f"{DOMAIN} ewc --lam 100000", "domain", "EWC", f"64.0 % ({VEN})", SHORT + "λ = 100,000."),
    _split(f"{DOMAIN} lwf", "domain", "LwF", f"71.5 % ({VEN})", SHORT + "T = 2, with T²."),
    _split(f"{CLASS} finetune", "class", "fine-tuning", f"19.9 % ({VEN})", SMALL),
    _split(f"{CLASS} ewc", "class", "EWC", f"20.0 % ({VEN})", SMALL),
    _split(f"{CLASS} si", "class", "SI", f"20.0 % ({VEN})", SMALL),
    _split(f"{CLASS} lwf", "class", "LwF", f"23.9 % ({VEN})", SMALL),
    _split(f"{CLASS} replay", "class", "replay of 500 digits", "92 % (Avalanche baselines, 1,000 digits kept, seen once)", SMALL),
    _split(f"{CLASS} joint", "class", "joint training", f"97.9 % ({VEN})", SMALL),
    _estimate("exact", "exact", f"99.1 % ({BLOG})"),
    _estimate("sampled", "sampled class", f"99.1 % ({BLOG})"),
    _estimate("empirical", "true label", f"99.1 % ({BLOG})"),
    _estimate("batch", "batch mean, squared", f"99.1 % ({BLOG})"),
    _first_scene("finetune", "fine-tuning"),
    _first_scene("l2", "L2", "Ω = 1: holds what matters no more than what does not."),
    _first_scene("online_ewc", "online EWC", "The newest anchor alone; EWC with one anchor per task stands above."),
    _first_scene("mas", "MAS"),
    _first_scene("si", "SI"),
    _first_scene("rwalk", "RWalk"),
    _first_scene("scp", "SCP"),
    _first_scene("replay", "replay of 500 digits"),
    _first_scene("gem", "GEM, 500 digits", "A batch of each memory at each step, not the whole of it."),
    _first_scene("agem", "A-GEM, 500 digits", "Five permutations of 4,000 digits, eight epochs.",
                 "89.1 % (Chaudhry et al. 2019: 20 permutations of 60,000 digits, one epoch)"),
    _first_scene("lwf", "LwF", "The new images look like noise to the old network: its answers to them hold little."),
    _first_scene("progressive", "progressive columns", "Nobody tells the task: the surest column answers, and is often the wrong one."),
    _first_scene("joint", "joint training", "The upper bound."),
)


def measured_tables(folder: Path) -> None:
    """Every table of this lab comes from a sweep."""
