"""Toy sequences: random letters, and what a rule makes of them."""

import string

import numpy as np


def drawn(letters: str, rng: np.random.Generator, shortest: int, longest: int, many: int) -> list[str]:
    """Different random sequences, of each length about as many; fewer than were drawn where there are not so many."""
    sequences = (
        "".join(letters[i] for i in rng.integers(len(letters), size=length))
        for length in rng.integers(shortest, longest + 1, size=many)
    )
    return list(dict.fromkeys(sequences))


def mixed(sequence: str, signs: str, share: float, rng: np.random.Generator) -> str:
    """The same with a share of its letters, each drawn by itself, replaced by some of these signs."""
    strange, which = rng.random(len(sequence)) < share, rng.integers(len(signs), size=len(sequence))
    return "".join(signs[which[i]] if strange[i] else letter for i, letter in enumerate(sequence))


def turned(sequence: str, rule: str, alphabet: str = string.ascii_lowercase) -> str:
    """What the rule makes of a sequence. next: each letter becomes the next of the alphabet, and the last the first; other signs stay."""
    if rule == "next":
        return sequence.translate(str.maketrans(alphabet, alphabet[1:] + alphabet[:1]))
    return sequence[::-1] if rule == "reverse" else "".join(sorted(sequence))
