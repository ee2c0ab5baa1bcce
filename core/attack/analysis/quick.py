"""Attacks that answer while a slider is moved."""

from core.attack.settings import BY_NAME, FGSM, IFGSM, Bounded, Noise

ATTACKS = (FGSM, IFGSM, Noise)
STEPS = 10  # of those that have steps


def method_of(name: str, norm: str, level: float) -> Bounded:
    """The settings of one of the attacks. level: ε in levels of 255."""
    steps = {"steps": steps_of(name)} if steps_of(name) else {}
    return BY_NAME[name](norm=norm, epsilon=level, **steps)


def steps_of(name: str) -> int:
    """How many steps one of the attacks takes; 0 of one that has a single step."""
    return STEPS if "steps" in BY_NAME[name].model_fields else 0
