"""Whether the network that forgot looks elsewhere, over five seeds: the stored table as points."""

from core.sweeps import Point, stored

TABLE = "elsewhere.csv"
NAMES = {
    "finetune": "Fine-tuning",
    "ewc": "EWC",
    "replay": "Replay",
    "other": "Control: another seed",
}
COLUMNS = {  # of the table
    "alike": "Maps before and after, rank correlation × 100",
    "accuracy": "Accuracy on task 1 (%)",
}


def points(column: str) -> list[Point]:
    """What each method reached, in the order of NAMES; empty where the table is not there."""
    return stored("lifelong", TABLE, column, "method", NAMES)
