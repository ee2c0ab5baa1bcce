"""Two costs, two thresholds: the same scores, and what is the best decision depends on what each mistake costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.anomaly import decide
from core.anomaly.analysis.scores import Scores
from core.anomaly.analysis.threshold import positions
from core.anomaly.decide import Confusion
from core.verdict import Verdict, verdict

HALVES = 20  # random splits of the test part
NEARLY = 0.9  # of the cost of never or always raising it: what costs more gains hardly anything


@dataclass(frozen=True)
class Prices:
    """What a missed anomaly costs, and a false alarm."""

    miss: float
    alarm: float


LECTURE = {"A": Prices(1, 100), "B": Prices(100, 1)}
EXAMPLE = {"1": (4, 1), "2": (3, 6)}  # the lecture's two thresholds: anomalies missed, false alarms


@dataclass(frozen=True)
class Best:
    """The cheapest threshold, what it costs on average per example, and whether that is to raise no alarm, or every one."""

    threshold: float
    cost: float
    never: bool
    always: bool


@dataclass(frozen=True)
class Decision:
    """A threshold and what it does: shares of all that come, and what 100 examples cost by each table."""

    threshold: float
    shares: Confusion
    costs: dict[str, float]


@dataclass(frozen=True)
class Curves:
    """Costs of 100 examples against the threshold. at: thresholds (P,), ascending; costs: of each table of costs (P,), by its name;
    best: of each table which of the places is the cheapest."""

    at: np.ndarray
    costs: dict[str, np.ndarray]
    best: dict[str, int]


Tables = Mapping[str, Prices]  # by their names, “A” and “B”


def best(scores: Scores, prices: Prices, prevalence: float) -> Best:
    """The cheapest of all thresholds, of equals the highest. prevalence: of anomalies among what comes, in [0, 1]."""
    thresholds, cost = decide.costs(scores.test, scores.is_anomaly, prices.miss, prices.alarm, prevalence)
    at = int(np.argmin(np.round(cost, 12)))  # equal but for rounding is equal
    return Best(float(thresholds[at]), float(cost[at]), at == 0, at == len(cost) - 1)


def cost_at(scores: Scores, prices: Prices, prevalence: float, at: np.ndarray) -> np.ndarray:
    """Cost on average at each of these thresholds (T,)."""
    thresholds, cost = decide.costs(scores.test, scores.is_anomaly, prices.miss, prices.alarm, prevalence)
    return cost[np.searchsorted(-thresholds, -at, side="right") - 1]  # the lowest of the scores that are not below it


def blind(prices: Prices, prevalence: float) -> tuple[float, float]:
    """What it costs, per example, never to raise the alarm, and always to raise it: no detector is needed for that."""
    return prices.miss * prevalence, prices.alarm * (1 - prevalence)


def elsewhere(scores: Scores, prices: Prices, prevalence: float) -> float | None:
    """Mean cost, per example, of thresholds chosen on random halves of the test part and tried on the other halves.

    Each half has its share of normals and of anomalies; None where there are fewer than four of either.
    """
    return decide.cost_elsewhere(scores.test, scores.is_anomaly, prices.miss, prices.alarm, prevalence, HALVES)


def over_positions(scores: Scores, tables: Tables, prevalence: float) -> Curves:
    """At the positions of a slider, and at the cheapest threshold of each table: equal steps are about equally many examples."""
    bests = {name: best(scores, prices, prevalence).threshold for name, prices in tables.items()}
    at = np.unique([*positions(scores.test, scores.is_anomaly), *bests.values()])
    costs = {name: 100 * cost_at(scores, prices, prevalence, at) for name, prices in tables.items()}
    return Curves(at, costs, {name: int(np.searchsorted(at, threshold)) for name, threshold in bests.items()})


def over_scores(scores: Scores, tables: Tables, prevalence: float, ends: tuple[float, float]) -> Curves:
    """At every score between two; between two of the thresholds the next one above decides."""
    at = np.unique(np.clip(scores.test, *ends))
    costs = {name: 100 * cost_at(scores, prices, prevalence, at) for name, prices in tables.items()}
    return Curves(at, costs, {name: int(cost.argmin()) for name, cost in costs.items()})


def decisions(scores: Scores, tables: Tables, prevalence: float) -> dict[str, Decision]:
    """By name: the best threshold of each table, and the two that need no detector, “never” and “always”."""
    thresholds = {name: best(scores, prices, prevalence).threshold for name, prices in tables.items()}
    thresholds |= {"never": np.inf, "always": float(scores.test.min())}
    found = {}
    for name, at in thresholds.items():
        shares = decide.confusion(scores.test, scores.is_anomaly, at, prevalence)
        costs = {table: 100 * decide.cost(shares, prices.miss, prices.alarm) for table, prices in tables.items()}
        found[name] = Decision(at, shares, costs)
    return found


def lecture_costs() -> dict[str, list[float]]:
    """What each of the lecture's two thresholds costs by either table."""
    return {
        name: [decide.cost(Confusion(0, missed, alarms, 0), prices.miss, prices.alarm) for prices in LECTURE.values()]
        for name, (missed, alarms) in EXAMPLE.items()
    }


# ---- what it teaches ----


def rounded(cost: float) -> float:
    """A cost as it is said: in hundredths below ten, and whole from there on."""
    return round(float(cost), 2) if 0 < round(cost, 2) < 10 else round(float(cost))


def odds(prices: Prices) -> Verdict:
    """From which share of anomalies on among examples of one sort an alarm is the cheaper decision."""
    if prices.miss + prices.alarm == 0:
        return verdict("costs-odds-none")
    return verdict("costs-odds", share=100 * prices.alarm / (prices.miss + prices.alarm))


def two_thresholds(scores: Scores, tables: Tables, prevalence: float) -> list[Verdict]:
    """What the two cheapest thresholds say together, and what it costs to take the wrong one."""
    bests = {name: best(scores, prices, prevalence) for name, prices in tables.items()}
    a, b = bests["A"], bests["B"]
    if any(prices.miss + prices.alarm == 0 for prices in tables.values()):
        return [verdict("costs-nothing")]
    extremes = [found for name in tables if (found := without_scores(name, tables[name], bests[name], prevalence))]
    if a.threshold == b.threshold:
        return [verdict("costs-same"), *extremes]
    b_by_a, a_by_b = (
        100 * float(cost_at(scores, tables[name], prevalence, np.array([other.threshold]))[0])
        for name, other in (("B", a), ("A", b))
    )
    wrong = verdict(
        "costs-wrong",
        b_by_a=rounded(b_by_a),
        b_least=rounded(100 * b.cost),
        a_by_b=rounded(a_by_b),
        a_least=rounded(100 * a.cost),
    )
    return [verdict("costs-two"), wrong, *extremes]


def without_scores(table: str, prices: Prices, found: Best, prevalence: float) -> Verdict | None:
    """Whether a table is served best, or nearly so, without looking at any score."""
    never, always = blind(prices, prevalence)
    if found.never:
        return verdict("costs-never", table=table)
    if found.always:
        return verdict("costs-always", table=table)
    if found.cost > NEARLY * min(never, always):
        least = rounded(100 * min(never, always))
        return verdict("costs-nearly-never" if never <= always else "costs-nearly-always", table=table, cost=least)
    return None


def flattered(scores: Scores, tables: Tables, prevalence: float) -> list[Verdict]:
    """That the thresholds were chosen on the very test examples; what they cost when chosen on one half, and tried on the other."""
    said, tried = (
        [verdict("costs-flattered")],
        {name: elsewhere(scores, each, prevalence) for name, each in tables.items()},
    )
    if any(cost is None for cost in tried.values()):
        return [*said, verdict("costs-few")]
    for name, cost in tried.items():
        never, always = blind(tables[name], prevalence)
        numbers = {"table": name, "cost": rounded(100 * cost), "halves": HALVES}
        numbers["least"] = rounded(100 * best(scores, tables[name], prevalence).cost)
        if cost <= min(never, always):
            said.append(verdict("costs-tried", **numbers))
        else:
            said.append(verdict("costs-tried-never" if never <= always else "costs-tried-always", **numbers))
    return said


def lecture() -> Verdict:
    """Which of the lecture's thresholds each table wants."""
    costs = lecture_costs()
    a, b = (min(costs, key=lambda name: costs[name][place]) for place in (0, 1))
    return verdict("costs-lecture", a=a, b=b)
