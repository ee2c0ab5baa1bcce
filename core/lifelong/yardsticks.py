"""The figures of the life-long learning lab beside published ones. `python -m core yardsticks lifelong` makes the tables."""

from pathlib import Path

from core.yardsticks import Yardstick

HOMEWORK = "--network homework --epochs 20 --batch 128 --learning-rate 0.0005 --method"
TASK = "--stream split --incremental task --network medium --epochs 3 --batch 32 --learning-rate 0.004 --method"
DOMAIN, HARD = (TASK.replace("incremental task", f"incremental {other}") for other in ("domain", "class"))
CLASS = "--stream split --incremental class --epochs 20 --method"
PERMUTED = "--incremental class --method finetune ewc online_ewc si rwalk replay"
ESTIMATES = "--method ewc --estimate exact sampled empirical batch"
LATE = "--epochs 30 --method ewc --estimate exact empirical"
STRENGTHS = "--method ewc --lam 0.1 1000.0 10000.0"
EVERY = ("finetune", "l2", "online_ewc", "mas", "si", "rwalk", "scp", "replay", "gem", "agem", "lwf", "progressive", "joint")
METHODS = f"--method {' '.join(EVERY)}"
AVERAGE, FIRST, TASK_1, TASK_5 = "result_average", "result_average_after_1", "result_task_1", "result_task_5"
NONE = "none in this set-up"
HW14 = "ML 2021, homework 14, one seed"
VEN = "van de Ven, Tolias 2018, table 3"
VEN_2019 = "van de Ven, Tolias 2019, table 4"
VEN_100 = "van de Ven, Tolias 2018, table 4: 10 permutations, 100 classes, guessing 1 %"
BLOG = "van de Ven 2025, split digits, each at its own best λ"
TEN, TWO = "10 (guessing)", "50 (guessing)"
LAST_PAIR = "10 (guessing), 20 (the last pair only)"
FIFTY = "2 (guessing), 20 (one task of five only)"
FEWER = "4,000 digits instead of 60,000 lower the ceiling, 640 steps per task instead of 4,690 forget less. "
SHORT = "800 digits and 75 steps per task instead of 12,000 and 2,000. "
SMALL = "4,000 digits instead of 60,000, 100 – 100 neurons instead of 400 – 400. "


def _homework(title: str, method: str, published: str, why: str) -> Yardstick:
    return Yardstick(f"Homework 14, after 5 tasks: {title}", f"{HOMEWORK} {method}", AVERAGE, "%", published, FEWER + why,
                     chance=TEN)


def _split(sweep: str, scenario: str, title: str, published: str, why: str) -> Yardstick:
    return Yardstick(f"Split, {scenario}-incremental: {title}", sweep, AVERAGE, "%", published, why,
                     chance=LAST_PAIR if scenario == "class" else TWO)


def _permuted(method: str, title: str, published: str) -> Yardstick:
    return Yardstick(f"Permuted, class-incremental: {title}", PERMUTED, AVERAGE, "%", published,
                     "5 permutations, 50 classes. Twice as many classes are harder.", where={"method": method}, chance=FIFTY)


def _estimate(name: str, title: str, published: str) -> Yardstick:
    return Yardstick(f"EWC, λ = 20, Fisher estimate: {title}", ESTIMATES, AVERAGE, "%", published,
                     "Permuted digits, the first scene, the same λ for all four.", where={"estimate": name}, chance=TEN)


def _first_scene(method: str, title: str, why: str = "", published: str = NONE) -> Yardstick:
    return Yardstick(f"First scene: {title}", METHODS, AVERAGE, "%", published, why, where={"method": method}, chance=TEN)


def _end(title: str, sweep: str, column: str = AVERAGE, why: str = "", chance: str = TEN, **where: str) -> Yardstick:
    """A figure that a scene's answer tells, and nobody has published."""
    return Yardstick(title, sweep, column, "%", NONE, why, where=where, chance=chance)


def _strength(lam: str, column: str, title: str) -> Yardstick:
    return _end(f"First scene, EWC with λ = {title}", STRENGTHS, column, lam=lam)


YARDSTICKS = (
    Yardstick("Homework 14, after 1 task", f"{HOMEWORK} finetune", FIRST, "%", f"98.0 % ({HW14})", FEWER, chance=TEN),
    _homework("fine-tuning", "finetune", f"83.7 % ({HW14})", ""),
    _homework("EWC", "ewc --lam 100", f"91.1 % ({HW14})",
              "Exact Fisher on training digits of the finished task; theirs squares batch means on all old tasks' test digits."),
    _homework("MAS", "mas", f"95.1 % ({HW14})",
              "Importance on training digits of the finished task alone; theirs on test digits of all old tasks, at each switch anew."),
    _homework("SI", "si", f"90.4 % ({HW14})", "The path integral of the task's own loss; theirs includes the penalty."),
    _homework("RWalk", "rwalk", f"94.0 % ({HW14})", "Both terms scaled to [0, 1], as in the paper; theirs are not."),
    _homework("SCP", "scp", f"92.6 % ({HW14})", "Every projection is squared; theirs averages the projections first."),
    _split(f"{TASK} finetune", "task", "fine-tuning", f"85.2 % ({VEN})",
           SHORT + "Learning rate 0.004: with 0.001 and many epochs the 800 digits are known by heart and little is forgotten."),
    _split(f"{TASK} ewc --lam 100000", "task", "EWC", f"98.6 % ({VEN_2019})",
           SHORT + "λ = 100,000: the Fisher information of such easy tasks is small."),
    _split(f"{TASK} online_ewc --lam 100000", "task", "online EWC", f"85.2 % ({VEN})",
           SHORT + "λ = 100,000. Theirs was so weak that EWC, too, ended at 85.5 %; the authors' later paper has EWC at 98.6 %."),
    _split(f"{TASK} mas --lam 1", "task", "MAS", NONE, SHORT + "λ = 1."),
    _split(f"{TASK} si --lam 100", "task", "SI", f"99.1 % ({VEN})", SHORT + "λ = 100."),
    _split(f"{TASK} lwf", "task", "LwF", f"99.6 % ({VEN})", SHORT + "T = 2, with T²."),
    _split(f"{DOMAIN} finetune", "domain", "fine-tuning", f"57.3 % ({VEN})", SHORT),
    _split(f"{DOMAIN} ewc --lam 100000", "domain", "EWC", f"64.0 % ({VEN_2019})", SHORT + "λ = 100,000."),
    _split(f"{DOMAIN} lwf", "domain", "LwF", f"71.0 % ({VEN})", SHORT + "T = 2, with T²."),
    _split(f"{HARD} finetune", "class", "fine-tuning as in the task-incremental rows", f"19.9 % ({VEN})", SHORT),
    _split(f"{HARD} ewc --lam 100000", "class", "EWC as in the task-incremental rows", f"20.0 % ({VEN_2019})", SHORT + "λ = 100,000."),
    _split(f"{CLASS} finetune", "class", "fine-tuning", f"19.9 % ({VEN})", SMALL),
    _split(f"{CLASS} ewc", "class", "EWC", f"20.0 % ({VEN_2019})", SMALL),
    _split(f"{CLASS} si", "class", "SI", f"20.0 % ({VEN})", SMALL),
    _split(f"{CLASS} lwf", "class", "LwF", f"24.2 % ({VEN})", SMALL),
    _split(f"{CLASS} replay", "class", "replay of 500 digits",
           "92 % (Avalanche's baselines, 1,000 digits kept, each digit seen once)", SMALL),
    _split(f"{CLASS} replay --budget 50", "class", "replay of 50 digits", NONE, SMALL),
    _end("Split, class-incremental: GEM, 500 digits", f"{CLASS} gem agem", chance=LAST_PAIR, method="gem"),
    _end("Split, class-incremental: A-GEM, 500 digits", f"{CLASS} gem agem", chance=LAST_PAIR, method="agem"),
    _split(f"{CLASS} joint", "class", "joint training", f"97.9 % ({VEN})", SMALL),
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
    _end("EWC, λ = 100,000, Fisher estimate: batch mean, squared", "--method ewc --estimate batch --lam 100000"),
    _end("30 epochs, EWC, λ = 20, Fisher estimate: exact", LATE, estimate="exact"),
    _end("30 epochs, EWC, λ = 20, Fisher estimate: true label", LATE, estimate="empirical"),
    _end("30 epochs, fine-tuning", "--epochs 30 --method finetune"),
    _end("First scene, EWC: task 1 at the end", ESTIMATES, TASK_1, estimate="exact"),
    _end("First scene, EWC: task 5 at the end", ESTIMATES, TASK_5, estimate="exact"),
    _end("First scene, fine-tuning: task 1 at the end", METHODS, TASK_1, method="finetune"),
    _end("First scene, fine-tuning: task 5 at the end", METHODS, TASK_5, method="finetune"),
    _strength("0.1", TASK_1, "0.1: task 1 at the end"),
    _strength("1000.0", TASK_1, "1,000: task 1 at the end"),
    _strength("1000.0", TASK_5, "1,000: task 5 at the end"),
    _strength("1000.0", AVERAGE, "1,000: average"),
    _strength("10000.0", TASK_1, "10,000: task 1 at the end"),
    _strength("10000.0", TASK_5, "10,000: task 5 at the end"),
    _end("10 permutations, fine-tuning: task 1 at the end", "--tasks 10 --method finetune", TASK_1),
    _end("Rotated digits, fine-tuning: task 1 (0°) at the end", "--stream rotated --method finetune", TASK_1),
    _end("Rotated digits, fine-tuning: task 4 (135°) at the end", "--stream rotated --method finetune", "result_task_4"),
    _first_scene("finetune", "fine-tuning"),
    _first_scene("l2", "L2", "Ω = 1: holds what matters no more than what does not."),
    _first_scene("online_ewc", "online EWC", "The newest anchor alone; EWC with one anchor per task stands above."),
    _first_scene("mas", "MAS"),
    _first_scene("si", "SI"),
    _first_scene("rwalk", "RWalk"),
    _first_scene("scp", "SCP"),
    _first_scene("replay", "replay of 500 digits"),
    _first_scene("gem", "GEM, 500 digits", "A batch of each memory at each step, not the whole of it."),
    _first_scene("agem", "A-GEM, 500 digits", "5 permutations of 4,000 digits, 8 epochs.",
                 "89.1 % (Chaudhry et al. 2019, table 4: 17 permutations, each digit seen once, 250 kept per task)"),
    _first_scene("lwf", "LwF", "The new images look like noise to the old network: its answers to them hold little."),
    _first_scene("progressive", "progressive columns", "Nobody tells the task: the surest column answers, and is often the wrong one."),
    _first_scene("joint", "joint training", "The upper bound."),
)


def measured_tables(folder: Path) -> None:
    """Every table of this lab comes from a sweep."""
