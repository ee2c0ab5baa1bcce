"""Edit distance, in plain Python: what PER and WER count."""

from collections.abc import Sequence
from typing import Any


def distance(said: Sequence, right: Sequence) -> int:
    """Fewest insertions, deletions and replacements that make one of the other (Levenshtein 1966; Wagner, Fischer 1974)."""
    row = list(range(len(right) + 1))
    for i, mine in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, theirs in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (mine != theirs))
    return row[-1]


def aligned(said: Sequence, right: Sequence, gap: Any = None) -> list[tuple[Any, Any]]:
    """(said, right) token by token along a cheapest path of edits; `gap` stands where one of them has none."""
    table = [[i + j for j in range(len(right) + 1)] for i in range(len(said) + 1)]
    for i, mine in enumerate(said, 1):
        for j, theirs in enumerate(right, 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (mine != theirs))
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
