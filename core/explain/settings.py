"""Settings of the explainable AI lab: what is looked at, and how it is asked.

A run is one explanation: a picture, the network that classifies it, and one method. Some methods are experiments of
their own: the randomisation test, activation maximisation, a network that learns a shortcut, and probes of its layers.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from core.attribution import settings as attribution
from core.attribution.settings import Lime
from core.data.imagenet import names
from core.settings import COIN, TEN_DIGITS, Chance, Frozen, Metric, Scene, Settings, knob
from core.subject.settings import SUBJECT_NAMES, Digit, Photo, Subject

ANSWERS = {  # to what a probe may be asked for besides the digit
    "slant": ("leans left", "leans right"),
    "thickness": ("thin strokes", "thick strokes"),
    "loop": ("no loop", "a loop"),
    "place": ("moved left", "in the middle", "moved right"),
}
LEVEL = 0.05  # of the test of a concept, of all ten classes together
WATCHED = ("saliency", "smoothgrad", "input_x_gradient", "integrated_gradients", "guided_backprop", "grad_cam")


class Randomise(Frozen):
    """The randomisation test: destroy the network layer by layer, from the answer down, and watch the map."""

    name: Literal["randomise"] = "randomise"
    ask: Literal[WATCHED] = knob(
        "guided_backprop",
        "Map",
        "The method whose map is watched.",
        names={name: attribution.METHOD_NAMES[name] for name in WATCHED},
    )


class Excite(Frozen):
    """Paint the picture that excites a filter or a class most."""

    name: Literal["excite"] = "excite"
    unit: Literal["class", "filter"] = knob(
        "class",
        "Excite",
        "A class (one of the answers), or one filter of a layer.",
        names={"class": "a class", "filter": "a filter"},
    )
    wish: int = knob(
        292,
        "Class",
        "The answer to excite. A digit classifier takes its own answer.",
        ge=0,
        le=999,
        step=1,
        names=dict(enumerate(names())),
    )
    layer: int = knob(
        12, "Layer", "Which convolution, counted from the first. The photo network has 18.", ge=1, le=18, step=1
    )
    channel: int = knob(
        3, "Filter", "Which filter of the layer. After the last one the count starts again.", ge=0, le=1279, step=1
    )
    steps: int = knob(96, "Steps", "The number of gradient steps.", ge=16, le=256, step=16)
    prior: bool = knob(True, "Prior", "Paint in frequencies, and shake the picture at every step.")


class Shortcut(Frozen):
    """Train a network on digits of which one class carries a small mark in the corner.

    It looks at the digit chosen; while a photo is chosen, at one of the marked class.
    """

    name: Literal["shortcut"] = "shortcut"
    marked: int = knob(3, "Marked digit", "Every training digit of this class carries the mark.", ge=0, le=9, step=1)
    elsewhere: float = knob(
        0,
        "Mark elsewhere",
        "The share of the other training digits that carry the mark, too.",
        unit="%",
        ge=0,
        le=100,
        step=5,
    )
    epochs: int = knob(3, "Epochs", "Passes over the training digits.", ge=1, le=10, step=1)
    learning_rate: float = knob(
        0.05,
        "Learning rate",
        "The highest value of the one-cycle schedule.",
        symbol="η",
        ge=0.001,
        le=1,
        log=True,
        fine=True,
    )


class Probe(Frozen):
    """A linear classifier on each layer of a digit classifier: what can be read there (Alain, Bengio 2016)?

    While a photo is chosen it reads in the teacher.
    """

    name: Literal["probe"] = "probe"
    trait: Literal["slant", "thickness", "loop", "place"] = knob(
        "slant",
        "Also ask for",
        "What the network was never asked about. Slant and thickness are compared with the same digit's median.",
        names={"slant": "slant", "thickness": "stroke thickness", "loop": "a closed loop", "place": "place"},
    )
    examples: int = knob(1000, "Examples", "Training digits from which each probe learns.", ge=200, le=2000, step=100)
    types: int = knob(
        100,
        "Control groups",
        "The control task gives each group of similar digits a random answer. So many groups there are.",
        ge=10,
        le=200,
        step=10,
    )
    penalty: float = knob(
        1.0,
        "Weight penalty",
        "How strongly large weights of a probe are held down.",
        symbol="λ",
        ge=0.01,
        le=100,
        log=True,
        fine=True,
    )


class Concept(Frozen):
    """Concept activation vectors: how a concept, shown by pictures, moves the logits of a digit classifier (Kim et al. 2018).

    While a photo is chosen it asks the teacher.
    """

    name: Literal["concept"] = "concept"
    concept: Literal["loop", "bar", "stroke", "own"] = knob(
        "loop",
        "Concept",
        "What the examples show: one drawing, moved, turned and made smaller at random.",
        names={"loop": "a loop", "bar": "a bar across", "stroke": "an upright stroke", "own": "my own drawing"},
    )
    sketch: str = knob(
        "",
        "Your concept",
        "Draw a part of a digit; it counts when Concept is my own drawing.",
        source="drawing",
        form="a concept drawn on the page",
        pattern=r"^[A-Za-z0-9+/]*={0,2}$",
        max_length=1048,
    )
    against: Literal["strokes", "digits"] = knob(
        "strokes",
        "Random pictures",
        "What the examples are told apart from.",
        names={"strokes": "random strokes", "digits": "random digits"},
    )
    sets: int = knob(15, "Random sets", "So often the random pictures are drawn anew.", ge=5, le=40, step=5)
    each: int = knob(
        40, "Pictures in a set", "The examples of the concept, and of each random set.", ge=10, le=100, step=10
    )
    depth: int = knob(
        3, "Layer of the curve", "The curve shows this layer, counted from the first.", ge=1, le=6, step=1, fine=True
    )


class Counterfactual(Frozen):
    """The smallest change that turns the answer, with a generator of digits and pixel by pixel.

    While a photo is chosen it changes a digit that the teacher reads.
    """

    name: Literal["counterfactual"] = "counterfactual"
    goal: int = knob(0, "Class asked for", "What the network shall take the picture for.", ge=0, le=9, step=1)
    start: Literal["digit", "noise"] = knob(
        "digit",
        "Start at",
        "The digit chosen, or a random picture: then it paints what the class likes to see.",
        names={"digit": "the digit", "noise": "random"},
    )
    near: float = knob(
        0.05,
        "Stay near",
        "How strongly the change is kept small.",
        symbol="λ",
        ge=0.001,
        le=1,
        log=True,
    )
    walk: int = knob(120, "Steps of the walk", "Gradient steps to the class asked for.", ge=40, le=240, step=20)


EXPERIMENTS = (Randomise, Excite, Shortcut, Probe, Concept, Counterfactual)
Method = attribution.Method | Randomise | Excite | Shortcut | Probe | Concept | Counterfactual
NAMES = attribution.METHOD_NAMES | {
    "randomise": "Randomisation test",
    "excite": "Maximise an activation",
    "shortcut": "Learn a shortcut",
    "probe": "Probe every layer",
    "concept": "Test a concept",
    "counterfactual": "Walk to another class",
}


class ExplainSettings(Settings):
    """What a run of the explainable AI lab needs."""

    subject: Subject = Field(
        Photo(),
        discriminator="name",
        title="Picture",
        description="What is explained. Photos and digits each have their own networks.",
        json_schema_extra={"names": SUBJECT_NAMES},
    )
    method: Method = Field(
        Lime(),
        discriminator="name",
        title="Method",
        description="The way to explain the network's answer.",
        json_schema_extra={"names": NAMES},
    )
    answer: int = knob(
        1,
        "Answer",
        "Which of the network's answers is explained: 1 is its first, 2 its second.",
        ge=1,
        le=5,
        step=1,
        fine=True,
    )
    hide: Literal["mean", "black", "blur"] = knob(
        "mean",
        "Hide with",
        "What the insertion and deletion test puts in place of pixels.",
        names={"mean": "mean colour", "black": "black", "blur": "blurred picture"},
        fine=True,
    )

    @property
    def verb(self) -> str:
        return "Explain"

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Knobs that change nothing beside the other choices, name → why in a sentence. chosen: flat, as the knobs stand."""
        digit, found = chosen.get("subject") in ("digit", "drawing"), {}
        match chosen.get("method"):
            case "probe" | "concept" | "counterfactual":
                found = _idle_of_layers(chosen)
            case "randomise":
                found["hide"] = "This test destroys the network and hides no pixels."
            case "shortcut":
                found = dict.fromkeys(("answer", "hide"), "The map shows the first answer, and no pixels are hidden.")
                found["network"] = "This experiment trains a network of its own."
                found |= dict.fromkeys(
                    ("photo", "upload"), "The network is trained on digits and explained on a marked one."
                )
            case "excite":
                found = dict.fromkeys(("answer", "hide"), "No answer is explained here: a picture is made.")
                found |= dict.fromkeys(
                    ("photo", "upload"), "The picture starts from noise; all photos have the same network."
                )
                of_class = chosen.get("unit", "class") == "class"
                if not of_class:
                    found |= dict.fromkeys(
                        ("digit", "number", "drawing"), "The picture starts from noise; only the network counts."
                    )
                    found["wish"] = "A filter is excited, not a class."
                elif digit:
                    found["wish"] = "A digit classifier is excited to its own answer to the digit looked at."
                if of_class:
                    found |= dict.fromkeys(("layer", "channel"), "A class is excited, not a filter.")
        return found


def guessed(settings: ExplainSettings) -> float | None:
    """What guessing gets of the trait that a probe is asked for, in percent: the share of its commonest answer."""
    return CHANCES[settings.method.trait] if isinstance(settings.method, Probe) else None


CHANCES = {"slant": 50.0, "thickness": 50.0, "loop": 56.4, "place": 100 / 3}
TRAIT = Chance(guessed)


def _idle_of_layers(chosen: Mapping[str, Any]) -> dict[str, str]:
    """The same of the experiments that look into a digit classifier, whatever the picture is."""
    nothing_hidden = "No answer is explained by a map here, and no pixels are hidden."
    found = dict.fromkeys(("answer", "hide"), nothing_hidden)
    found |= dict.fromkeys(("photo", "upload"), "A digit classifier is asked here, the teacher.")
    match chosen.get("method"):
        case "probe":
            found |= dict.fromkeys(
                ("digit", "number", "drawing"), "Probes read a thousand test digits; only the network counts."
            )
        case "concept":
            found["number"] = "Fifty training digits of each class are asked."
            if chosen.get("concept", "loop") != "own":
                found["sketch"] = "The concept is one of the three that are ready."
        case _ if chosen.get("start", "digit") == "noise":
            found |= dict.fromkeys(("digit", "number", "drawing"), "The picture starts from noise.")
    return found


# The rivals of the areas and of the correlations are measured on the same picture, and stand beside them.
METRICS = {
    "probability": Metric("Probability of the answer", "%", role="before", chart="", chance=None),
    "gap": Metric("Completeness gap", "%", role="danger", chart="completeness gap", log=True, chance=None),
    "steps": Metric("Steps on the line", chart="", chance=None),
    "spread": Metric("Spread of repeated fits", "%", role="danger", chart="", chance=None),
    "fit": Metric("Fit of linear model, R²", "%", chart="R²", chance=Chance(0.0, "the mean answer")),
    "deletion": Metric("Area under deletion", chart="", chance=None),
    "insertion": Metric("Area under insertion", chart="", chance=None),
    "signed": Metric("Signed map", role="after", chart="rank correlation with the first map", chance=None),
    "absolute": Metric("Absolute map", role="before", chart="rank correlation with the first map", chance=None),
    "input_only": Metric("Picture alone", role="control", chart="rank correlation with the first map", chance=None),
    "random": Metric("Random order", role="neutral", chart="rank correlation with the first map", chance=None),
    "excited": Metric("With prior", role="after", chart="excitement (logit or activation)", chance=None),
    "excited_plain": Metric("Pixel by pixel", role="control", chart="excitement (logit or activation)", chance=None),
    "marked_accuracy": Metric("Marked class, with mark", "%", role="before", chart="accuracy", chance=TEN_DIGITS),
    "clean_accuracy": Metric("Marked class, no mark", "%", role="after", chart="accuracy", chance=TEN_DIGITS),
    "fooled": Metric("Other digits, fooled", "%", role="danger", chart="accuracy", chance=TEN_DIGITS),
    "digit": Metric("Probe for the digit", "%", role="after", chart="digit", chance=TEN_DIGITS),
    "trait": Metric("Probe for the trait", "%", role="after", chart="trait", chance=TRAIT),
    "digit_selectivity": Metric("Digit", "points", role="after", chart="selectivity", front=False, chance=Chance(0.0)),
    "trait_selectivity": Metric("Trait", "points", role="danger", chart="selectivity", front=False, chance=Chance(0.0)),
    "digit_untrained": Metric("Digit, untrained", "%", role="before", chart="digit", front=False, chance=TEN_DIGITS),
    "trait_untrained": Metric("Trait, untrained", "%", role="before", chart="trait", front=False, chance=TRAIT),
    "digit_control": Metric("Control of the digit", "%", role="control", chart="digit", front=False, chance=TEN_DIGITS),
    "trait_control": Metric("Control of the trait", "%", role="control", chart="trait", front=False, chance=TRAIT),
    "tcav": Metric("Concept", "%", role="after", chart="TCAV score of the digit", chance=COIN),
    "tcav_random": Metric(
        "Random concepts", "%", role="control", chart="TCAV score of the digit", front=False, chance=COIN
    ),
    "apart": Metric("New examples recognised", "%", role="before", chart="", chance=COIN),
    "goal": Metric("Generator", "%", role="after", chart="this network: class asked for", chance=TEN_DIGITS),
    "goal_pixels": Metric("Free pixels", "%", role="danger", chart="this network: class asked for", chance=TEN_DIGITS),
    "judge": Metric(
        "Generator, second network", "%", role="after", chart="second network: class asked for", chance=TEN_DIGITS
    ),
    "judge_pixels": Metric(
        "Pixels, second network", "%", role="danger", chart="second network: class asked for", chance=TEN_DIGITS
    ),
    "loss": Metric("Loss", role="neutral", chart="loss", log=True),
}

SCENES = (
    Scene("is-it-a-cat", ExplainSettings(), knobs=("subject", "method", "photo", "segments", "samples", "repeats")),
    Scene(
        "right-for-the-wrong-reason",
        ExplainSettings(subject=Digit(), method=Shortcut()),
        knobs=("method", "elsewhere", "marked", "epochs", "digit"),
    ),
    Scene(
        "do-you-trust-this-map",
        ExplainSettings(subject=Digit(), method=Randomise()),
        knobs=("subject", "method", "ask", "digit", "number"),
    ),
    Scene(
        "what-excites-this-filter",
        ExplainSettings(method=Excite(unit="filter")),
        knobs=("subject", "method", "unit", "layer", "channel", "prior"),
    ),
    Scene(
        "what-does-layer-k-know",
        ExplainSettings(subject=Digit(), method=Probe()),
        knobs=("subject", "method", "trait", "examples", "types"),
        more=True,
    ),
    Scene(
        "your-own-concept",
        ExplainSettings(subject=Digit(digit=8), method=Concept()),
        knobs=("subject", "method", "concept", "digit", "sketch"),
        more=True,
    ),
    Scene(
        "what-would-it-be",
        ExplainSettings(subject=Digit(digit=7, number=5), method=Counterfactual(goal=1)),
        knobs=("subject", "method", "goal", "start", "digit", "near"),
        more=True,
    ),
)

SHIPPED = {f"explain-{scene.slug}": scene.settings for scene in SCENES}
# what takes seconds on a photo is there for the cat, to stand beside the rest; LIME's is the first scene
SHIPPED |= {
    f"explain-cat-{name.replace('_', '-')}": ExplainSettings(method=method())
    for name, method in attribution.METHODS.items()
    if not method.quick and method is not Lime
}
