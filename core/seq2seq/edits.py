"""Edit distance, in plain Python: what PER and WER count."""

from collections.abc import Sequence


def distance(said: Sequence, right: Sequence) -> int:
    """Fewest insertions, deletions and replacements that make one of the other (Levenshtein 1966; Wagner, Fischer 1974)."""
    row = list(range(len(right) + 1))
    for i, mine in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, theirs in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (mine != theirs))
    return row[-1]
