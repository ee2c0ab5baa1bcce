"""What a run of the anomaly detection lab learns from: six sorts of data, and what is normal in each."""

from typing import ClassVar, Literal

from core.settings import ASCENDING, Frozen, knob

REACH = 2.0  # where the plane ends


def _normal(default: str, most: int, form: str) -> str:
    return knob(
        default,
        "Normal digits",
        "The detector learns from these digits and no others.",
        source="digits",
        max_length=most,
        pattern=f"^({ASCENDING})$",
        form=form,
    )


class OneClass(Frozen):
    """Some digits are normal, all others are not."""

    name: Literal["digits"] = "digits"
    TITLE: ClassVar[str] = "some digits are normal"
    normal: str = _normal("2", 9, "one to nine different digits in ascending order, such as 2 or 135")


class Damaged(Frozen):
    """Digits with strokes cut away, a piece of another digit pasted in, or noise; where the damage lies is known."""

    name: Literal["damaged"] = "damaged"
    TITLE: ClassVar[str] = "damaged digits"
    normal: str = _normal("0123456789", 10, "different digits in ascending order, such as 2 or 0123456789")
    damage: Literal["all", "cut", "patch", "noise"] = knob(
        "all",
        "Damage",
        "What is damaged in half of the test digits.",
        names={"all": "all three", "cut": "strokes cut", "patch": "patch pasted", "noise": "noise"},
    )
    size: int = knob(8, "Size of the damage", "Side of the damaged square, in pixels.", unit="px", ge=3, le=16, step=1)


class Faces(Frozen):
    """Small grey faces are normal; pieces of background of the same photos are not."""

    name: Literal["faces"] = "faces"
    TITLE: ClassVar[str] = "faces"


class Tumours(Frozen):
    """Benign breast tumours are normal, malignant ones are not: thirty numbers that a microscope measures."""

    name: Literal["tumours"] = "tumours"
    TITLE: ClassVar[str] = "breast tumours"


class Plane(Frozen):
    """Points of the plane around a shape are normal; those spread evenly away from it are not."""

    name: Literal["plane"] = "plane"
    TITLE: ClassVar[str] = "points of the plane"
    shape: Literal["moons", "ring", "spots", "spiral"] = knob(
        "moons",
        "Shape",
        "Where normal points lie.",
        names={"moons": "two moons", "ring": "ring", "spots": "three spots", "spiral": "spiral"},
    )


class Oddities(Frozen):
    """The digits 0 to 7 are normal, five kinds of oddity are not; a classifier may be shown a few examples of one kind."""

    name: Literal["oddities"] = "oddities"
    TITLE: ClassVar[str] = "five kinds of oddity"
    known: int = knob(
        20, "Known oddities", "How many examples of the known kind the classifier is shown.", ge=0, le=100, step=5
    )
    kind: Literal["eights", "nines", "patched", "turned", "photos"] = knob(
        "nines",
        "Known kind",
        "Which kind of oddity these examples are. The other four stay unknown.",
        names={
            "eights": "eights",
            "nines": "nines",
            "patched": "patched digits",
            "turned": "turned digits",
            "photos": "pieces of photos",
        },
    )


Data = OneClass | Damaged | Faces | Tumours | Plane | Oddities


def classes_of(data: Data) -> int:
    """How many classes there are among what is normal."""
    match data:
        case OneClass(normal=normal) | Damaged(normal=normal):
            return len(normal)
        case Oddities():
            return 8
        case Plane(shape="moons" | "spots" as shape):
            return {"moons": 2, "spots": 3}[shape]
        case _:
            return 1
