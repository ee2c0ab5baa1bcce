"""What several labs look at: a photo or a digit, shipped or one's own, and with it the network that is asked."""

from typing import Literal

from core.settings import Frozen, knob

SHIPPED_NETWORK = "compression-teacher"
MOST_TEXT = 208_000  # letters of a photo of one's own of 224 × 224 pixels in base 64: a JPEG begins with /9j/, a PNG with iVBORw0KGgo
PHOTOS = {
    "chelsea": "Cat",
    "coffee": "Coffee",
    "motorcycle": "Motorcycle",
    "temple": "Temple",
    "flower": "Flower",
    "camera": "Man with a camera",
    "rocket": "Rocket",
    "clock": "Clock, moved",
    "horse": "Horse, a silhouette",
    "coins": "Coins",
    "galaxies": "Galaxies",
    "chessboard": "Chessboard",
}


def network() -> str:
    return knob(
        SHIPPED_NETWORK,
        "Network",
        "The digit classifier that is asked.",
        source="digit classifier",
        pattern=r"^[a-z0-9-]{1,80}(/[a-z0-9_]{1,40})?$",
        form="the name of a stored run, and of a network in it after a slash",
    )


class Photo(Frozen):
    """A photo, and EfficientNet-Lite0 with its ImageNet weights."""

    name: Literal["photo"] = "photo"
    photo: Literal[tuple(PHOTOS)] = knob("chelsea", "Photo", "One of Lectern's own photos.", names=PHOTOS)


class Digit(Frozen):
    """A handwritten test digit, and a digit classifier of the shelf."""

    name: Literal["digit"] = "digit"
    digit: int = knob(3, "Digit", "Which digit to look at.", ge=0, le=9, step=1)
    number: int = knob(2, "Example", "Which of the hundred test digits of this class.", ge=1, le=100, step=1)
    network: str = network()


class Upload(Frozen):
    """A photo of one's own, and EfficientNet-Lite0."""

    name: Literal["upload"] = "upload"
    upload: str = knob(
        "",
        "Your photo",
        "PNG, JPEG, WebP, GIF, BMP or TIFF. It stays on this server and in your run.",
        source="photo",
        form="a photo chosen on the page",
        max_length=MOST_TEXT,
        pattern=r"^((/9j/|iVBORw0KGgo)[A-Za-z0-9+/=]*)?$",
    )


class Drawing(Frozen):
    """A digit drawn by hand, and a digit classifier of the shelf."""

    name: Literal["drawing"] = "drawing"
    drawing: str = knob(
        "",
        "Your digit",
        "Draw a digit with mouse, pen or finger.",
        source="drawing",
        form="a digit drawn on the page",
        pattern=r"^[A-Za-z0-9+/]*={0,2}$",
        max_length=1048,
    )
    network: str = network()


Subject = Photo | Digit | Upload | Drawing
SUBJECT_NAMES = {"photo": "a photo", "digit": "a digit", "upload": "my own photo", "drawing": "my own digit"}
