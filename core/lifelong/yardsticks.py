"""The figures of the life-long learning lab beside published ones. `python -m core yardsticks lifelong` makes the tables."""

from pathlib import Path

from core.yardsticks import Yardstick

HOMEWORK = "--network homework --epochs 30 --batch 128 --learning-rate 0.0003 --method"
TASK = "--stream split --incremental task --epochs 40 --batch 32 --network medium --method"
CLASS = TASK.replace("--incremental task", "--incremental class")
AVERAGE = "result_average"
HW14 = "ML 2021 homework 14, stored outputs, one seed"
VEN = "van de Ven, Tolias 2019, table 4"
MINE = "4,000 digits instead of 60,000 and 960 steps per task instead of 4,690; "
SMALL = "4,000 digits instead of 60,000, 1,000 steps per task instead of 2,000; "


def _homework(title: str, method: str, published: float, why: str) -> Yardstick:
    return Yardstick(f"Permuted, 5 tasks: {title}", f"{HOMEWORK} {method}", AVERAGE, "%", f"{published} % ({HW14})", MINE + why)


def _split(sweep: str, scenario: str, title: str, method: str, published: str, why: str) -> Yardstick:
    return Yardstick(f"Split, {scenario}: {title}", f"{sweep} {method}", AVERAGE, "%", published, SMALL + why)


YARDSTICKS = (
    _homework("fine-tuning", "finetune", 83.7, "learning rate 0.0003."),
    _homework("EWC", "ewc", 91.1, "exact Fisher on training digits; theirs is the square of batch means on test digits."),
    _homework("MAS", "mas", 95.1, "importance of the finished task alone, summed; theirs on all old tasks' test digits."),
    _homework("SI", "si", 90.4, "path integral of the task's own loss; theirs includes the penalty."),
    _homework("RWalk", "rwalk", 94.0, "both terms scaled to [0, 1]; theirs are not."),
    _homework("SCP", "scp", 92.6, "every projection squared; theirs averages the projections first."),
    _split(TASK, "task-incremental", "fine-tuning", "finetune", f"87.2 % ({VEN})", "no method."),
    _split(TASK, "task-incremental", "EWC, λ = 100,000", "ewc --lam 100000", f"98.6 % ({VEN})", "exact Fisher."),
    _split(TASK, "task-incremental", "MAS, λ = 1", "mas --lam 1", "none in this set-up", "no labels."),
    _split(TASK, "task-incremental", "SI, λ = 1,000", "si --lam 1000", f"99.1 % ({VEN})", "damping 0.1."),
    _split(TASK, "task-incremental", "LwF", "lwf", f"99.6 % ({VEN})", "T = 2, with T²."),
    _split(CLASS, "class-incremental", "fine-tuning", "finetune", f"19.9 % ({VEN})", "no method."),
    _split(CLASS, "class-incremental", "EWC", "ewc", f"20.0 % ({VEN})", "exact Fisher."),
    _split(CLASS, "class-incremental", "SI", "si", f"20.0 % ({VEN})", "damping 0.1."),
    _split(CLASS, "class-incremental", "LwF", "lwf", f"23.9 % ({VEN})", "T = 2, with T²."),
    _split(CLASS, "class-incremental", "replay of 500", "replay", "92 % (Avalanche baselines, 1,000 digits kept)",
           "500 digits kept."),
    _split(CLASS, "class-incremental", "joint training", "joint", f"97.9 % ({VEN})", "all digits together."),
)


def measured_tables(folder: Path) -> None:
    """Every table of this lab comes from a sweep."""
