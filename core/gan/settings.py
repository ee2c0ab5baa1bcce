"""Settings of the GAN lab: a dataset to imitate, a loss, and how the two players learn."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from core.gan.data_settings import PLACES as PLACES
from core.gan.data_settings import Clouds, Data, Digits, Plane, TwoSets
from core.gan.data_settings import Drawn as Drawn
from core.settings import Chance, Frozen, Metric, Repeated, Scene, knob, titles
from core.steering import LONGEST

JUDGED = 1000  # fakes that are judged at the end of a run, and as many real examples and rivals
SIDE_BY_SIDE = ("plane", "drawn")  # worlds whose networks are dense, so that several seeds learn at once
REACH = 1.5  # the plane is drawn from −1.5 to 1.5
RATE = r"0\.1|0\.0{1,4}[1-9][0-9]?"
TURN = (
    rf"[0-9]{{1,4}}:((g_rate|d_rate)=({RATE})|critic_steps=[1-5]|latent=([1-9]|[1-5][0-9]|6[0-4])|batch=(16|32|64|128)"
    r"|distance=[01](\.[0-9]{0,2})?|angle=([0-9]{1,2}|[12][0-9]{2}|3[0-4][0-9])|width=0\.[0-9]{1,2}"
    r"|cycle=([0-9]|1[0-9]|20)(\.[0-9]{0,2})?"
    r"|players=(both|d|g)|motion=(whole|phases)|r1=([01](\.[0-9]{0,2})?|2\.?0*))"
)


def _critic(default: int) -> int:
    return knob(
        default,
        "Steps of D",
        "How many steps D takes for each step of G. You can change it during a run.",
        symbol="k",
        ge=1,
        le=5,
        step=1,
    )


class LossSettings(Frozen):
    """score: what D's raw score means: the logit of a probability, a target between 0 (fake) and 1 (real), or a height of
    which differences alone count, as a critic gives it."""

    score: ClassVar[Literal["logit", "target", "height"]] = "logit"


class NonSaturating(LossSettings):
    """G raises log D(G(z)) (Goodfellow et al. 2014, section 3)."""

    name: Literal["nonsaturating"] = "nonsaturating"
    TITLE: ClassVar[str] = "Non-saturating"
    critic_steps: int = _critic(1)


class Saturating(LossSettings):
    """The minimax game as it is written: G lowers log(1 − D(G(z))) (Goodfellow et al. 2014, equation 1)."""

    name: Literal["saturating"] = "saturating"
    TITLE: ClassVar[str] = "Saturating (minimax)"
    critic_steps: int = _critic(1)


class LeastSquares(LossSettings):
    """Scores of 1 for real and 0 for fake by least squares, on raw scores (Mao et al. 2017)."""

    score = "target"

    name: Literal["ls"] = "ls"
    TITLE: ClassVar[str] = "Least squares"
    critic_steps: int = _critic(1)


class Wasserstein(LossSettings):
    """The critic's weights are clipped, so that its gradient is bounded (Arjovsky et al. 2017)."""

    score = "height"

    name: Literal["wgan"] = "wgan"
    TITLE: ClassVar[str] = "WGAN, weight clipping"
    critic_steps: int = _critic(3)
    clip: float = knob(
        0.1, "Clipping limit", "No weight of D may be larger in size than this.", symbol="c", ge=0.01, le=1, log=True
    )


class GradientPenalty(LossSettings):
    """The critic's gradient is held near length 1 between real and fake (Gulrajani et al. 2017)."""

    score = "height"

    name: Literal["gp"] = "gp"
    TITLE: ClassVar[str] = "WGAN-GP"
    critic_steps: int = _critic(2)
    penalty: float = knob(
        1.0,
        "Gradient penalty",
        "How strongly the length of D's gradient is held at 1.",
        symbol="λ",
        ge=0.01,
        le=100,
        log=True,
    )


class Hinge(LossSettings):
    """D only learns from examples that it has not yet told apart by a margin (Lim, Ye 2017; Miyato et al. 2018)."""

    score = "height"

    name: Literal["hinge"] = "hinge"
    TITLE: ClassVar[str] = "Hinge"
    critic_steps: int = _critic(1)


Loss = NonSaturating | Saturating | LeastSquares | Wasserstein | GradientPenalty | Hinge


class GanSettings(Repeated):
    """What a run of the GAN lab needs."""

    TURNABLE: ClassVar[tuple[str, ...]] = (
        "players",
        "motion",
        "critic_steps",
        "g_rate",
        "d_rate",
        "latent",
        "batch",
        "r1",
        "distance",
        "angle",
        "width",
        "cycle",
    )

    ALIASES: ClassVar[Mapping[str, str]] = {"world": "data"}

    data: Data = Field(
        Plane(),
        discriminator="name",
        title="Dataset",
        description="What G learns to imitate.",
        json_schema_extra={"names": titles(Data)},
    )
    method: Loss = Field(
        NonSaturating(),
        discriminator="name",
        title="Loss",
        description="What D and G minimise.",
        json_schema_extra={"names": titles(Loss)},
    )
    players: Literal["both", "d", "g"] = knob(
        "both",
        "Who learns",
        "You can change it during a run: pause, choose one, and step.",
        names={"both": "both", "d": "only D", "g": "only G"},
    )
    motion: Literal["whole", "phases"] = knob(
        "whole",
        "Motion",
        "Slow motion shows each phase of a step. You can change it during a run.",
        names={"whole": "at speed", "phases": "slow"},
    )
    r1: float = knob(
        0,
        "R1 penalty",
        "Makes D flat at real examples, which calms the duel (Mescheder et al. 2018). You can change it during a run.",
        symbol="γ",
        ge=0,
        le=2,
        step=0.05,
    )
    spectral: bool = knob(
        False,
        "Spectral normalisation",
        "Divides each layer of D by its largest singular value, so that D is steep nowhere (Miyato et al. 2018).",
    )
    pack: Literal[1, 2, 4] = knob(
        1,
        "Pack size",
        "D sees so many examples at once, so it notices when they are all alike (PacGAN, Lin et al. 2018).",
    )
    beta: float = knob(
        0.5, "Momentum", "Momentum of Adam, for both networks.", symbol="β₁", ge=0, le=0.9, step=0.1, fine=True
    )
    decay: bool = knob(
        True, "Learning rate decay", "In the second half of the run the learning rates fall to zero.", fine=True
    )
    turns: str = knob(
        "",
        "Turned while it runs",
        "Notes each knob that you turn during a run. So the run can be repeated.",
        fine=True,
        source="typed",
        form="steps with a knob and its value, such as 400:critic_steps=5,900:g_rate=0.002",
        pattern=rf"^({TURN}(,{TURN})*)?$",
        max_length=LONGEST,
    )

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> Mapping[str, str]:
        """D can only be told what G is asked for; and only dense networks learn side by side."""
        found = {}
        if chosen.get("data") == "digits" and not chosen.get("conditional", True):
            found["d_told"] = "No digit is asked for, so there is none to tell D."
        if chosen.get("data", "plane") not in SIDE_BY_SIDE:
            found["seeds"] = "Only networks of the plane learn side by side: the others fill a processor alone."
        elif chosen.get("spectral"):
            found["seeds"] = "With spectral normalisation each network learns alone."
        return found

    @property
    def critic(self) -> bool:
        """Whether D gives heights, which are no probability."""
        return self.method.score == "height"

    @property
    def normed(self) -> bool:
        """Whether D of digits has BatchNorm: not where each example's gradient counts (Gulrajani et al. 2017, section 4), nor twice."""
        return self.method.name not in ("wgan", "gp") and not self.r1 and not self.spectral


def _noise(score: str) -> Chance:
    """What random points, or random pixels, reach in a score, measured for the run's own world."""

    def reached(settings: GanSettings) -> float | None:
        from core.gan import rivals

        if settings.data.name == "sets":  # a translator is held against digits that nobody translates
            return None
        return rivals.noise(settings.data).get(score)

    return Chance(reached, "noise")


def _guess(settings: GanSettings) -> float | None:
    """Any picture is read as the digit that was asked for once in as many times as there are digits."""
    return 100 / len(settings.data.digits) if settings.data.name == "digits" and settings.data.conditional else None


LEFT_ALONE = {  # measured on the test digits: tests/core/gan/test_sets.py
    "both": (34.8, 22.6),
    "inverted": (36.8, 34.6),
    "slanted": (92.8, 95.0),
    "mirrored": (39.6, 39.4),
}


def _left(way: int) -> Chance:
    """How many digits are still read as what they are when nobody translates them. way: 0 of G, 1 of F."""

    def reached(settings: GanSettings) -> float | None:
        return LEFT_ALONE[settings.data.change][way] if settings.data.name == "sets" else None

    return Chance(reached, "left as they are")


def _clouds(run: "GanSettings") -> bool:
    return run.data.name == "clouds"


def _no_clouds(run: "GanSettings") -> bool:
    return not _clouds(run)


METRICS = {
    "good": Metric("Good points", "%", chart="quality", chance=_noise("good"), front=_no_clouds),
    "strict": Metric("Spots with a fair share", "%", role="before", chart="quality", chance=_noise("strict")),
    "lenient": Metric(
        "Spots with one good point", "%", role="control", chart="quality", chance=_noise("lenient"), front=False
    ),
    "asked": Metric("Read as asked", "%", role="before", chart="quality", chance=Chance(_guess, "guessing")),
    "kinds": Metric("Classes covered", "%", chart="quality", chance=_noise("kinds")),
    "coverage": Metric(
        "Coverage",
        "%",
        role="before",
        chart="quality",
        chance=_noise("coverage"),
        front=_no_clouds,
    ),
    "precision": Metric(
        "Precision",
        "%",
        role="neutral",
        chart="quality",
        chance=_noise("precision"),
        front=lambda run: run.data.name not in ("digits", "clouds"),
    ),  # random pixels are as precise as real digits by this score (99 %)
    "confidence": Metric(
        "Classifier's confidence", "%", role="control", chart="quality", chance=_noise("confidence"), front=False
    ),
    "kept": Metric("Class kept by G", "%", chart="quality", chance=_left(0)),
    "kept_back": Metric("Class kept by F", "%", role="before", chart="quality", chance=_left(1)),
    "lost": Metric("Lost on the way back", role="danger", chart="way back"),
    "d_real": Metric("D(x), mean", role="before", chart="what D says"),
    "d_fake": Metric("D(G(z)), mean", role="after", chart="what D says"),
    "c_real": Metric("Critic of real ones, mean", role="before", chart="what D says"),
    "c_fake": Metric("Critic of fakes, mean", role="after", chart="what D says"),
    "d_loss": Metric("Loss of D", role="before", chart="losses"),
    "g_loss": Metric("Loss of G", role="after", chart="losses"),
    "js": Metric("JS divergence, exact", "nats", role="control", chart="measured", chance=None, front=_clouds),
    "js_seen": Metric("JS divergence, as D has it", "nats", chart="measured", chance=None, front=_clouds),
    "w1": Metric("W₁, exact", role="control", chart="measured", front=_clouds),
    "w1_seen": Metric("W₁, as D has it", chart="measured", front=_clouds),
    "push": Metric("Push on a fake, mean", role="danger", chart="push", log=True),
    "apart": Metric("Distance of the clouds", chart=""),
    "recall": Metric("Recall", "%", chart="", chance=_noise("recall"), front=False),
    "frechet": Metric("Fréchet distance", chart="", chance=_noise("frechet")),
}

GRID = {"data": Plane(shape="grid", spread=0.03, g_rate=0.004, d_rate=0.004), "beta": 0.9}
SURE = Plane(
    d_rate=0.002, g_rate=0.00003, steps=1500
)  # D learns so fast, and G so slowly, that D is soon sure of the fakes
DEAF = Digits(d_told=False, channels=16, g_rate=0.001, d_rate=0.0007, steps=1000)  # small enough to watch to its end

SCENES = (
    Scene("the-duel", GanSettings(r1=0.1), ("data", "method", "motion", "players", "r1", "shape")),
    Scene(
        "dcgan-on-digits", GanSettings(data=Digits()), ("data", "method", "conditional", "digits", "latent", "steps")
    ),
    Scene("mode-collapse-and-its-cure", GanSettings(**GRID), ("method", "beta", "r1", "pack", "g_rate", "d_rate")),
    Scene(
        "one-half",
        GanSettings(data=Plane(shape="moons", spread=0.08), r1=0.3),
        ("data", "method", "r1", "critic_steps", "shape"),
    ),
    Scene(
        "the-gradient-is-gone",
        GanSettings(data=SURE, method=Saturating(critic_steps=5)),
        ("method", "critic_steps", "g_rate", "d_rate", "r1"),
    ),
    Scene(
        "two-clouds",
        GanSettings(data=Clouds(), method=Saturating(), players="d"),
        ("method", "distance", "width", "angle", "players"),
        more=True,
    ),
    Scene("ask-for-a-seven", GanSettings(data=DEAF), ("d_told", "conditional", "digits", "steps"), more=True),
    Scene(
        "no-pairs",
        GanSettings(data=TwoSets(), method=LeastSquares()),
        ("method", "cycle", "change", "steps"),
        more=True,
    ),
)
SHIPPED = {f"gan-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {  # what the scenes are held against
    "gan-plain-duel": GanSettings(),
    "gan-collapse-pack": GanSettings(**GRID, pack=4),
    "gan-collapse-r1": GanSettings(**GRID, r1=0.05),
    "gan-collapse-momentum": GanSettings(**GRID | {"beta": 0.0}),
    "gan-collapse-cured": GanSettings(**GRID | {"beta": 0.0}, r1=0.05),
    "gan-gradient-back": GanSettings(data=SURE, method=NonSaturating(critic_steps=5)),
    "gan-no-classes": GanSettings(data=Digits(conditional=False)),
    "gan-both-are-told": GanSettings(data=DEAF.model_copy(update={"d_told": True})),
    "gan-mirrored": GanSettings(data=TwoSets(change="mirrored"), method=LeastSquares()),
    "gan-no-cycle-loss": GanSettings(data=TwoSets(cycle=0), method=LeastSquares()),
}
