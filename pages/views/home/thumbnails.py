"""The small pictures on Home: what one sees in each lab, drawn from its shipped runs by its card.py.

python -m pages.views.home.thumbnails      writes assets/labs/<lab>.png again
"""

from importlib import import_module
from pathlib import Path

from core import labs
from pages.parts.canvas import Canvas

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "labs"


def card(lab: str) -> Canvas:
    """The picture of a lab."""
    return import_module(f"pages.views.{lab}.card").draw()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for lab in labs.LABS:
        card(lab).done().quantize(256).save(FOLDER / f"{lab}.png", optimize=True)
        print(f"assets/labs/{lab}.png")


if __name__ == "__main__":
    main()
