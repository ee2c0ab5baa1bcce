"""Settings of the explainable AI lab: what is looked at, and how it is asked.

A run is one explanation: a picture, the network that classifies it, and one method. Three methods are experiments of
their own: the randomisation test, activation maximisation, and a network that learns a shortcut.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from core.data.imagenet import names
from core.settings import TEN_DIGITS, Chance, Frozen, Metric, Scene, Settings, knob
from core.subject.settings import SUBJECT_NAMES, Digit, Photo, Subject

Fill = Literal["black", "white", "grey", "blur"]
FILLS = {"black": "black", "white": "white", "grey": "grey", "blur": "blurred picture"}
MEAN = {"mean": "mean colour"}


def _samples(default: int, help: str = "More samples give less noise and take more time.", most: int = 1000) -> int:
    return knob(default, "Samples", help, ge=5, le=most, step=5)


def _fill(default: str = "black", label: str = "Baseline", help: str = "The picture that stands for “nothing to see”.") -> str:
    return knob(default, label, help, names=FILLS)


def _segments() -> int:
    return knob(50, "Superpixels", "About how many parts the picture has. A digit is cut into equal squares.", ge=10, le=200, step=5)


def _width() -> float:
    return knob(0.25, "Kernel width", "How near to the picture a sample must be to count.", symbol="σ", ge=0.05, le=2,
                step=0.05)


class Saliency(Frozen):
    """The gradient of the answer at each pixel."""

    name: Literal["saliency"] = "saliency"


class SmoothGrad(Frozen):
    """The gradient, averaged over noisy copies of the picture."""

    name: Literal["smoothgrad"] = "smoothgrad"
    samples: int = _samples(25, most=200)
    noise: float = knob(15, "Noise", "The standard deviation, as a share of the range from black to white.", symbol="σ",
                        unit="%", ge=1, le=50, step=1)
    combine: Literal["smoothgrad", "smoothgrad_sq", "vargrad"] = knob(
        "smoothgrad", "Combine by", "The mean of the gradients, the mean of their squares, or their variance.",
        names={"smoothgrad": "mean", "smoothgrad_sq": "mean of squares", "vargrad": "variance"}, fine=True)


class InputXGradient(Frozen):
    """The gradient times the pixel."""

    name: Literal["input_x_gradient"] = "input_x_gradient"


class IntegratedGradients(Frozen):
    """The gradient, summed along the line from a baseline to the picture."""

    name: Literal["integrated_gradients"] = "integrated_gradients"
    baseline: Fill = _fill()
    steps: int = knob(200, "Most steps", "Steps are added until at most 5 % of the sum is missing (1 % for a digit).",
                      ge=20, le=300, step=10)


class GradientShap(Frozen):
    """Integrated gradients from many baselines, at random places on the line."""

    name: Literal["gradient_shap"] = "gradient_shap"
    samples: int = _samples(50, most=200)
    noise: float = knob(5, "Noise", "Noise on the picture, as a share of the range from black to white.", symbol="σ",
                        unit="%", ge=0, le=50, step=1)


class DeepLift(Frozen):
    """The difference to a baseline, handed back layer by layer."""

    name: Literal["deeplift"] = "deeplift"
    baseline: Fill = _fill()


class GuidedBackprop(Frozen):
    """The gradient, with everything negative cut off at each ReLU."""

    name: Literal["guided_backprop"] = "guided_backprop"


class GradCam(Frozen):
    """The maps of a convolution, weighted by what they mean for the answer."""

    name: Literal["grad_cam"] = "grad_cam"
    back: int = knob(1, "Convolution", "Counted from the end: 1 is the last, 2 the one before.", ge=1, le=12, step=1)


class GuidedGradCam(Frozen):
    """Guided backprop times Grad-CAM."""

    name: Literal["guided_grad_cam"] = "guided_grad_cam"


class Occlusion(Frozen):
    """Paint a window over, and see how far the answer falls."""

    name: Literal["occlusion"] = "occlusion"
    window: int = knob(14, "Window", "The side of the window, as a share of the picture's side.", unit="%", ge=7, le=50, step=1)
    fill: Fill = _fill("grey", "Fill with", "What the window shows in place of the picture.")


class FeatureAblation(Frozen):
    """Paint one superpixel over at a time."""

    name: Literal["feature_ablation"] = "feature_ablation"
    segments: int = _segments()
    fill: Fill = _fill("grey", "Fill with", "What the hidden superpixel shows.")


class KernelShap(Frozen):
    """Shapley values of superpixels, as a weighted regression."""

    name: Literal["kernel_shap"] = "kernel_shap"
    segments: int = _segments()
    samples: int = _samples(200)
    fill: Fill = _fill("grey", "Fill with", "What a hidden superpixel shows.")


class CaptumLime(Frozen):
    """LIME as Captum does it, with a ridge regression."""

    name: Literal["captum_lime"] = "captum_lime"
    segments: int = _segments()
    samples: int = _samples(200)
    width: float = _width()
    fill: Fill = _fill("grey", "Fill with", "What a hidden superpixel shows.")


class Lime(Frozen):
    """A linear model that imitates the network near this picture, on superpixels (the lime package's own regression)."""

    name: Literal["lime"] = "lime"
    segments: int = _segments()
    samples: int = _samples(200, "Random pictures with some superpixels hidden. The linear model is fitted on them.")
    width: float = _width()
    fill: Literal["mean", "black", "white", "grey", "blur"] = knob(
        "grey", "Fill with", "What a hidden superpixel shows.", names=MEAN | FILLS)
    repeats: int = knob(1, "Repeats", "Independent fits. They show how much the answer depends on chance.", ge=1, le=8,
                        step=1)


class Randomise(Frozen):
    """The randomisation test: destroy the network layer by layer, from the answer down, and watch the map."""

    name: Literal["randomise"] = "randomise"
    ask: Literal["saliency", "smoothgrad", "input_x_gradient", "integrated_gradients", "guided_backprop", "grad_cam"] = knob(
        "guided_backprop", "Map", "The method whose map is watched.", names={
            "saliency": "Saliency", "smoothgrad": "SmoothGrad", "input_x_gradient": "Input × gradient",
            "integrated_gradients": "Integrated gradients", "guided_backprop": "Guided backprop", "grad_cam": "Grad-CAM"})


class Excite(Frozen):
    """Paint the picture that excites a filter or a class most."""

    name: Literal["excite"] = "excite"
    unit: Literal["class", "filter"] = knob("class", "Excite", "A class (one of the answers), or one filter of a layer.",
                                            names={"class": "a class", "filter": "a filter"})
    wish: int = knob(292, "Class", "The answer to excite. A digit classifier takes its own answer.", ge=0, le=999, step=1,
                     names=dict(enumerate(names())))
    layer: int = knob(12, "Layer", "Which convolution, counted from the first. The photo network has 18.", ge=1, le=18, step=1)
    channel: int = knob(3, "Filter", "Which filter of the layer. After the last one the count starts again.", ge=0, le=1279, step=1)
    steps: int = knob(96, "Steps", "The number of gradient steps.", ge=16, le=256, step=16)
    prior: bool = knob(True, "Prior", "Paint in frequencies, and shake the picture at every step.")


class Shortcut(Frozen):
    """Train a network on digits of which one class carries a small mark in the corner.

    It looks at the digit chosen; while a photo is chosen, at one of the marked class.
    """

    name: Literal["shortcut"] = "shortcut"
    marked: int = knob(3, "Marked digit", "Every training digit of this class carries the mark.", ge=0, le=9, step=1)
    elsewhere: float = knob(0, "Mark elsewhere", "The share of the other training digits that carry the mark, too.",
                            unit="%", ge=0, le=100, step=5)
    epochs: int = knob(3, "Epochs", "Passes over the training digits.", ge=1, le=10, step=1)
    learning_rate: float = knob(0.05, "Learning rate", "The highest value of the one-cycle schedule.", symbol="η", ge=0.001,
                                le=1, log=True, fine=True)


Method = (Saliency | SmoothGrad | InputXGradient | IntegratedGradients | GradientShap | DeepLift | GuidedBackprop | GradCam
          | GuidedGradCam | Occlusion | FeatureAblation | KernelShap | CaptumLime | Lime | Randomise | Excite | Shortcut)

EXPERIMENTS = (Randomise, Excite, Shortcut)
BY_NAME = {member.model_fields["name"].default: member for member in get_args(Method)}
METHODS = {name: member for name, member in BY_NAME.items() if member not in EXPERIMENTS}  # those that give a map
METHOD_NAMES = {
    "saliency": "Saliency", "smoothgrad": "SmoothGrad", "input_x_gradient": "Input × gradient",
    "integrated_gradients": "Integrated gradients", "gradient_shap": "GradientSHAP", "deeplift": "DeepLIFT",
    "guided_backprop": "Guided backprop", "grad_cam": "Grad-CAM", "guided_grad_cam": "Guided Grad-CAM",
    "occlusion": "Occlusion", "feature_ablation": "Feature ablation", "kernel_shap": "KernelSHAP",
    "captum_lime": "LIME (Captum)", "lime": "LIME", "randomise": "Randomisation test",
    "excite": "Maximise an activation", "shortcut": "Learn a shortcut"}

FORMULAS = {  # of the methods that give a map; those of the tests stand in formulas.py
    "saliency": r"M = \max_{\text{colours}} \left|\frac{\partial f_c}{\partial x}\right|",
    "smoothgrad": r"M = \frac{1}{n} \sum_{i=1}^{n} \frac{\partial f_c(x + \varepsilon_i)}{\partial x}, \quad "
    r"\varepsilon_i \sim \mathcal{N}(0, \sigma^2)",
    "input_x_gradient": r"M = x \odot \frac{\partial f_c}{\partial x}",
    "integrated_gradients": r"M = (x - x') \odot \int_0^1 \frac{\partial f_c(x' + \alpha (x - x'))}{\partial x}\, "
    r"d\alpha, \quad \sum_i M_i = f_c(x) - f_c(x')",
    "gradient_shap": r"M = \mathbb{E}_{x',\, \alpha}\left[(x - x') \odot \frac{\partial f_c(x' + \alpha (x - "
    r"x'))}{\partial x}\right]",
    "deeplift": r"\sum_i M_i = f_c(x) - f_c(x'), \quad m_{\mathrm{ReLU}} = \frac{\mathrm{ReLU}(z) - "
    r"\mathrm{ReLU}(z')}{z - z'}",
    "guided_backprop": r"R^{l} = \mathbb{1}[z^l > 0]\ \mathbb{1}[R^{l+1} > 0]\ R^{l+1}",
    "grad_cam": r"M = \mathrm{ReLU}\left(\sum_k \alpha_k A^k\right), \quad \alpha_k = \frac{1}{Z} \sum_{i,j} "
    r"\frac{\partial f_c}{\partial A^k_{ij}}",
    "guided_grad_cam": r"M = M_{\text{guided}} \odot \uparrow M_{\text{Grad-CAM}}",
    "occlusion": r"M_i = \text{mean over windows } W \ni i \text{ of } f_c(x) - f_c(x_{W \leftarrow x'})",
    "feature_ablation": r"M_i = f_c(x) - f_c(x_{S(i) \leftarrow x'})",
    "kernel_shap": r"\pi(z) = \frac{d - 1}{\binom{d}{|z|}\, |z|\, (d - |z|)}, \quad \sum_j \phi_j = p_c(x) - "
    r"p_c(x')",
    "lime": r"\min_w \sum_z \pi(z)\, \left(p_c(x_z) - w_0 - w^\top z\right)^2 + \lVert w \rVert^2, \quad \pi(z) "
    r"= \sqrt{e^{-D(1, z)^2 / \sigma^2}}",
}
FORMULAS["captum_lime"] = FORMULAS["lime"].replace("D(1, z)", "D(x, x_z)")  # Captum compares the pictures, not the switches


class ExplainSettings(Settings):
    """What a run of the explainable AI lab needs."""

    subject: Subject = Field(
        Photo(), discriminator="name", title="Picture", description="What is explained. Photos and digits each have their own networks.",
        json_schema_extra={"names": SUBJECT_NAMES})
    method: Method = Field(
        Lime(), discriminator="name", title="Method", description="The way to explain the network's answer.",
        json_schema_extra={"names": METHOD_NAMES})
    answer: int = knob(1, "Answer", "Which of the network's answers is explained: 1 is its first, 2 its second.", ge=1, le=5,
                       step=1, fine=True)
    hide: Literal["mean", "black", "blur"] = knob(
        "mean", "Hide with", "What the insertion and deletion test puts in place of pixels.",
        names={"mean": "mean colour", "black": "black", "blur": "blurred picture"}, fine=True)

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Knobs that change nothing beside the other choices, name → why in a sentence. chosen: flat, as the knobs stand."""
        digit, found = chosen.get("subject") in ("digit", "drawing"), {}
        match chosen.get("method"):
            case "randomise":
                found["hide"] = "This test destroys the network and hides no pixels."
            case "shortcut":
                found = dict.fromkeys(("answer", "hide"), "The map shows the first answer, and no pixels are hidden.")
                found["network"] = "This experiment trains a network of its own."
                found |= dict.fromkeys(("photo", "upload"), "The network is trained on digits and explained on a marked one.")
            case "excite":
                found = dict.fromkeys(("answer", "hide"), "No answer is explained here: a picture is made.")
                found |= dict.fromkeys(("photo", "upload"), "The picture starts from noise; all photos have the same network.")
                of_class = chosen.get("unit", "class") == "class"
                if not of_class:
                    found |= dict.fromkeys(("digit", "number", "drawing"), "The picture starts from noise; only the network counts.")
                    found["wish"] = "A filter is excited, not a class."
                elif digit:
                    found["wish"] = "A digit classifier is excited to its own answer to the digit looked at."
                if of_class:
                    found |= dict.fromkeys(("layer", "channel"), "A class is excited, not a filter.")
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
    "loss": Metric("Loss", role="neutral", chart="loss", log=True),
}

SCENES = (
    Scene("is-it-a-cat", ExplainSettings(), knobs=("subject", "method", "photo", "segments", "samples", "repeats")),
    Scene("right-for-the-wrong-reason", ExplainSettings(subject=Digit(), method=Shortcut()),
          knobs=("method", "elsewhere", "marked", "epochs", "digit")),
    Scene("do-you-trust-this-map", ExplainSettings(subject=Digit(), method=Randomise()),
          knobs=("subject", "method", "ask", "digit", "number")),
    Scene("what-excites-this-filter", ExplainSettings(method=Excite(unit="filter")),
          knobs=("subject", "method", "unit", "layer", "channel", "prior")),
)

SLOW = (SmoothGrad, IntegratedGradients, GradientShap, Occlusion, FeatureAblation, KernelShap, CaptumLime)
SHIPPED = {f"explain-{scene.slug}": scene.settings for scene in SCENES}
# what takes seconds on a photo is there for the cat, to stand beside the rest
SHIPPED |= {f"explain-cat-{m.model_fields['name'].default.replace('_', '-')}": ExplainSettings(method=m()) for m in SLOW}
