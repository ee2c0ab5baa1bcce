"""Edit distance: what PER and WER count. The table is the lecture's; the bare distance, which is asked for a thousand times in
every evaluation, is rapidfuzz's and the same number.

rapidfuzz also tells a path of edits, but of several cheapest ones it often takes another: the table of confusions would change.
"""

from collections.abc import Sequence
from typing import Any

from rapidfuzz.distance import Levenshtein


def distance(said: Sequence, right: Sequence) -> int:
    """Fewest insertions, deletions and replacements that make one of the other: the last cell of `distances`."""
    return Levenshtein.distance(said, right)


def distances(said: Sequence, right: Sequence) -> list[list[int]]:
    """d_ij, the edits between the first i tokens of one and the first j of the other (Levenshtein 1966; Wagner, Fischer 1974)."""
    table = [[i + j for j in range(len(right) + 1)] for i in range(len(said) + 1)]
    for i, mine in enumerate(said, 1):
        for j, theirs in enumerate(right, 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (mine != theirs))
    return table


def aligned(said: Sequence, right: Sequence, gap: Any = None) -> list[tuple[Any, Any]]:
    """(said, right) token by token along a cheapest path of edits; `gap` stands where one of them has none."""
    table = distances(said, right)
    i, j, pairs = len(said), len(right), []
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (said[i - 1] != right[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((said[i], right[j]))
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            pairs.append((said[i], gap))
        else:
            j -= 1
            pairs.append((gap, right[j]))
    return pairs[::-1]
