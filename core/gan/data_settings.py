"""What G may imitate: points of the plane, a drawing, two clouds, digits, another set. Each member of `Data` brings its own knobs."""

from typing import ClassVar, Literal

from core.settings import ASCENDING, Frozen, knob

PLACES = {
    "plane": 16,
    "drawn": 16,
    "clouds": 16,
    "digits": 64,
}  # numbers that a code has room for; the latent size says how many of them are drawn


def _steps(default: int, most: int) -> int:
    return knob(default, "Steps", "Steps of G. D may take several for each of them.", ge=20, le=most, step=20)


def _rate(who: str, default: float) -> float:
    return knob(
        default,
        f"Learning rate of {who}",
        "Learning rate of Adam. You can change it during a run.",
        symbol=f"η_{who}",
        ge=0.00001,
        le=0.1,
        log=True,
    )


def _latent(default: int, most: int) -> int:
    return knob(
        default,
        "Latent size",
        "G makes an example of so many random numbers. You can change it during a run.",
        symbol="z",
        ge=1,
        le=most,
        step=1,
    )


def _batch(default: int) -> int:
    return knob(
        default,
        "Batch size",
        "Real examples in one step, and as many fakes. You can change it during a run.",
        fine=True,
    )


def _spread() -> float:
    return knob(
        0.02,
        "Spread",
        "Standard deviation around each spot or line. The radius of the ring is 1.",
        symbol="σ",
        ge=0.005,
        le=0.2,
        step=0.005,
        fine=True,
    )


def _hidden() -> int:
    return knob(
        128, "Neurons", "Neurons in each of the two hidden layers of both networks.", ge=8, le=256, step=8, fine=True
    )


class Plane(Frozen):
    """Points of the plane, where everything can be seen."""

    name: Literal["plane"] = "plane"
    TITLE: ClassVar[str] = "points of the plane"
    shape: Literal["ring", "grid", "spiral", "moons"] = knob(
        "ring",
        "Shape",
        "Where real points lie.",
        names={"ring": "ring of 8", "grid": "grid of 25", "spiral": "spiral", "moons": "two moons"},
    )
    steps: int = _steps(3000, 6000)
    latent: int = _latent(2, PLACES["plane"])
    g_rate: float = _rate("G", 0.001)
    d_rate: float = _rate("D", 0.001)
    spread: float = _spread()
    hidden: int = _hidden()
    batch: Literal[16, 32, 64, 128] = _batch(128)


class Drawn(Frozen):
    """Points of the plane where the visitor has drawn."""

    name: Literal["drawn"] = "drawn"
    TITLE: ClassVar[str] = "my own drawing"
    drawing: str = knob(
        "",
        "Your shape",
        "Draw where real points lie. Until then they lie along a three.",
        source="drawing",
        form="a drawing made on the page",
        pattern=r"^[A-Za-z0-9+/]*={0,2}$",
        max_length=1048,
    )
    steps: int = _steps(3000, 6000)
    latent: int = _latent(2, PLACES["drawn"])
    g_rate: float = _rate("G", 0.001)
    d_rate: float = _rate("D", 0.001)
    spread: float = _spread()
    hidden: int = _hidden()
    batch: Literal[16, 32, 64, 128] = _batch(128)


class Clouds(Frozen):
    """Two round clouds of the plane: the real one lies in the middle, the fakes lie where the visitor puts them."""

    name: Literal["clouds"] = "clouds"
    TITLE: ClassVar[str] = "two clouds"
    latent: ClassVar[int] = 2  # the fakes are normal random numbers, moved and stretched
    distance: float = knob(
        1.0,
        "Distance",
        "From the middle of the real points to the middle of the fakes. You can change it during a run.",
        ge=0,
        le=1,
        step=0.05,
    )
    angle: int = knob(
        0,
        "Direction",
        "Where the fakes lie, seen from the real points. You can change it during a run.",
        unit="°",
        ge=0,
        le=345,
        step=15,
    )
    width: float = knob(
        0.1,
        "Spread of the fakes",
        "Standard deviation of the fakes. You can change it during a run.",
        symbol="σ",
        ge=0.05,
        le=0.3,
        step=0.05,
    )
    spread: float = knob(
        0.1,
        "Spread of real points",
        "Standard deviation of the real points.",
        symbol="σ",
        ge=0.05,
        le=0.3,
        step=0.05,
        fine=True,
    )
    steps: int = _steps(2000, 6000)
    g_rate: float = _rate("G", 0.01)
    d_rate: float = _rate("D", 0.002)
    hidden: int = _hidden()
    batch: Literal[16, 32, 64, 128] = _batch(128)


class Digits(Frozen):
    """4,000 handwritten digits: a DCGAN, both networks convolutional (Radford et al. 2016)."""

    name: Literal["digits"] = "digits"
    TITLE: ClassVar[str] = "digits (DCGAN)"
    digits: str = knob(
        "0123456789",
        "Digits",
        "The digits that G learns to imitate.",
        source="digits",
        max_length=10,
        pattern=f"^({ASCENDING})$",
        form="different digits in ascending order, such as 3 or 0123456789",
    )
    conditional: bool = knob(True, "Conditional GAN", "G is told which digit to draw, and D which digit it should be.")
    d_told: bool = knob(
        True,
        "D is told the digit",
        "Without it D takes any digit for real, so nothing makes G draw the one that was asked for.",
    )
    channels: int = knob(
        24,
        "Channels",
        "Channels of the outer convolution. The inner one has twice as many.",
        ge=8,
        le=32,
        step=4,
        fine=True,
    )
    steps: int = _steps(2400, 3000)
    latent: int = _latent(32, PLACES["digits"])
    g_rate: float = _rate("G", 0.0004)
    d_rate: float = _rate("D", 0.0004)
    batch: Literal[16, 32, 64] = _batch(32)


class TwoSets(Frozen):
    """Upright digits and changed ones without pairs: each is translated into the other (CycleGAN, Zhu et al. 2017)."""

    name: Literal["sets"] = "sets"
    TITLE: ClassVar[str] = "two sets (CycleGAN)"
    latent: ClassVar[int] = 1  # nothing is drawn: a translator begins with a picture
    change: Literal["both", "inverted", "slanted", "mirrored"] = knob(
        "both",
        "Second set",
        "How its digits were changed. The first set has other digits, upright and white on black.",
        names={"both": "slanted and inverted", "inverted": "inverted", "slanted": "slanted", "mirrored": "mirrored"},
    )
    cycle: float = knob(
        10.0,
        "Cycle loss",
        "How much it costs when a digit does not come back as it was. You can change it during a run.",
        symbol="λ",
        ge=0,
        le=20,
        step=0.5,
    )
    channels: int = knob(
        16,
        "Channels",
        "Channels of the outer convolution. The inner one has twice as many.",
        ge=8,
        le=32,
        step=4,
        fine=True,
    )
    steps: int = _steps(300, 1500)
    g_rate: float = _rate("G", 0.002)
    d_rate: float = _rate("D", 0.001)
    batch: Literal[16, 32, 64] = _batch(32)


Data = Plane | Drawn | Clouds | Digits | TwoSets
