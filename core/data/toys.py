"""Toy sequences: random letters, and what a rule makes of them."""

import numpy as np


def drawn(letters: str, rng: np.random.Generator, shortest: int, longest: int, many: int) -> list[str]:
    """Different random sequences, of each length about as many; fewer than were drawn where there are not so many."""
    sequences = (
        "".join(letters[i] for i in rng.integers(len(letters), size=length))
        for length in rng.integers(shortest, longest + 1, size=many)
    )
    return list(dict.fromkeys(sequences))


def turned(sequence: str, rule: str) -> str:
    """What the rule makes of a sequence."""
    return sequence[::-1] if rule == "reverse" else "".join(sorted(sequence))
