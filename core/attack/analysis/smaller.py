"""How easily smaller networks break, over five seeds: the stored table as points."""

from core.sweeps import Point, stored

TABLE = "smaller.csv"
NAMES = {
    "teacher": "Teacher",
    "distilled": "Distilled student",
    "pruned": "Pruned weights",
    "thinned": "Pruned neurons",
    "two bits": "Two bits",
}
COLUMNS = {  # of the table
    "pgd_10": "Right under PGD, ε = 0.1 (%)",
    "pgd_5": "Right under PGD, ε = 0.05 (%)",
    "pgd_15": "Right under PGD, ε = 0.15 (%)",
    "pgd_0": "Right without an attack (%)",
    "rho": "Smallest change that DeepFool finds, ‖δ‖₂ in % of ‖x‖₂",
}
ACCURACIES = [column for column in COLUMNS if column != "rho"]


def points(column: str) -> list[Point]:
    """What each network reached, in the order of NAMES; empty where the table is not there."""
    return stored("attack", TABLE, column, "network", NAMES)
