"""The names of ImageNet's classes: apart from the photos, because the settings need them and torch takes a second to import."""

from functools import cache
from pathlib import Path

CLASSES = Path(__file__).resolve().parents[2] / "assets" / "data" / "imagenet_classes.txt"


@cache
def names() -> tuple[str, ...]:
    """The 1,000 classes by number, in English (WordNet's first word for each)."""
    return tuple(CLASSES.read_text("utf-8").splitlines())
