"""The methods that explain an answer by a map, one settings class each: knobs, name and formula, and what there is to know of
it without asking: what its map means, and which networks it fits."""

from typing import Any, ClassVar, Literal, get_args

from core.settings import Frozen, knob

Fill = Literal["black", "white", "grey", "blur"]
FILLS = {"black": "black", "white": "white", "grey": "grey", "blur": "blurred picture"}
MEAN = {"mean": "mean colour"}


def _samples(default: int, help: str = "More samples give less noise and take more time.", most: int = 1000) -> int:
    return knob(default, "Samples", help, ge=5, le=most, step=5)


def _fill(
    default: str = "black", label: str = "Baseline", help: str = "The picture that stands for “nothing to see”."
) -> str:
    return knob(default, label, help, names=FILLS)


def _segments() -> int:
    return knob(
        50,
        "Superpixels",
        "About how many parts the picture has. A digit is cut into equal squares.",
        ge=10,
        le=200,
        step=5,
    )


def _width() -> float:
    return knob(
        0.25, "Kernel width", "How near to the picture a sample must be to count.", symbol="σ", ge=0.05, le=2, step=0.05
    )


class Attribution(Frozen):
    """A method, and what holds for it whatever its knobs are: so nothing elsewhere needs a table of methods.

    title: for people. formula: LaTeX. signed: negative values of the map speak against the answer; otherwise it has none.
    complete: the parts of the map add up to how far the answer to the picture lies above that to the baseline.
    needs_gradient: of the answer at each pixel; otherwise changed pictures are asked. needs_layers: it looks into the
    network; otherwise whatever answers pictures can be asked. unit: of the map's values (a
    gradient is logit per brightness), empty where they have none.
    compares: with a baseline, which stands for “nothing to see”. times_picture: the map grows with picture minus baseline,
    pixel by pixel. quick: it takes six passes at most, so that even a photo is explained at once. typical: of its kind, worth seeing
    first. second: another library's version of a method that is there, for comparison. reports: what it says of its own
    trustworthiness (the keys of Part.numbers).
    """

    title: ClassVar[str]
    formula: ClassVar[str]
    signed: ClassVar[bool] = True
    complete: ClassVar[bool] = False
    needs_gradient: ClassVar[bool] = False
    needs_layers: ClassVar[bool] = False
    unit: ClassVar[Literal["logit", "probability", "gradient", ""]] = ""
    compares: ClassVar[bool] = False
    times_picture: ClassVar[bool] = False
    quick: ClassVar[bool] = False
    typical: ClassVar[bool] = False
    second: ClassVar[bool] = False
    reports: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def fits(cls, net: Any) -> str:
        """Why this method cannot explain a network, in a sentence; empty when it can.

        net: a module, or any function from pictures to logits; an attribute `gradients` says whether it has any.
        """
        from core.attribution import fit  # which needs torch; settings alone do not

        return fit.answers(net, cls.title, cls.needs_gradient, cls.needs_layers)


class Saliency(Attribution):
    """The gradient of the answer at each pixel."""

    title = "Saliency"
    formula = r"M = \max_{\text{colours}} \left|\frac{\partial f_c}{\partial x}\right|"
    signed = False
    needs_gradient = True
    unit = "gradient"
    quick = True
    typical = True

    name: Literal["saliency"] = "saliency"


class SmoothGrad(Attribution):
    """The gradient, averaged over noisy copies of the picture."""

    title = "SmoothGrad"
    formula = (
        r"M = \frac{1}{n} \sum_{i=1}^{n} \frac{\partial f_c(x + \varepsilon_i)}{\partial x}, \quad "
        r"\varepsilon_i \sim \mathcal{N}(0, \sigma^2)"
    )
    needs_gradient = True
    unit = "gradient"

    name: Literal["smoothgrad"] = "smoothgrad"
    samples: int = _samples(25, most=200)
    noise: float = knob(
        15,
        "Noise",
        "The standard deviation, as a share of the range from black to white.",
        symbol="σ",
        unit="%",
        ge=1,
        le=50,
        step=1,
    )
    combine: Literal["smoothgrad", "smoothgrad_sq", "vargrad"] = knob(
        "smoothgrad",
        "Combine by",
        "The mean of the gradients, the mean of their squares, or their variance.",
        names={"smoothgrad": "mean", "smoothgrad_sq": "mean of squares", "vargrad": "variance"},
        fine=True,
    )


class InputXGradient(Attribution):
    """The gradient times the pixel."""

    title = "Input × gradient"
    formula = r"M = x \odot \frac{\partial f_c}{\partial x}"
    needs_gradient = True
    unit = "logit"
    compares = True
    times_picture = True
    quick = True

    name: Literal["input_x_gradient"] = "input_x_gradient"


class IntegratedGradients(Attribution):
    """The gradient, summed along the line from a baseline to the picture."""

    title = "Integrated gradients"
    formula = (
        r"M = (x - x') \odot \int_0^1 \frac{\partial f_c(x' + \alpha (x - x'))}{\partial x}\, "
        r"d\alpha, \quad \sum_i M_i = f_c(x) - f_c(x')"
    )
    complete = True
    needs_gradient = True
    unit = "logit"
    compares = True
    times_picture = True
    reports = ("gap", "steps")
    typical = True

    name: Literal["integrated_gradients"] = "integrated_gradients"
    baseline: Fill = _fill()
    steps: int = knob(
        200,
        "Most steps",
        "Steps are added until at most 5 % of the sum is missing (1 % for a digit).",
        ge=20,
        le=300,
        step=10,
    )


class GradientShap(Attribution):
    """Integrated gradients from many baselines, at random places on the line."""

    title = "GradientSHAP"
    formula = (
        r"M = \mathbb{E}_{x',\, \alpha}\left[(x - x') \odot \frac{\partial f_c(x' + \alpha (x - "
        r"x'))}{\partial x}\right]"
    )
    complete = True
    needs_gradient = True
    unit = "logit"
    times_picture = True
    reports = ("gap",)

    name: Literal["gradient_shap"] = "gradient_shap"
    samples: int = _samples(50, most=200)
    noise: float = knob(
        5,
        "Noise",
        "Noise on the picture, as a share of the range from black to white.",
        symbol="σ",
        unit="%",
        ge=0,
        le=50,
        step=1,
    )


class DeepLift(Attribution):
    """The difference to a baseline, handed back layer by layer."""

    title = "DeepLIFT"
    formula = (
        r"\sum_i M_i = f_c(x) - f_c(x'), \quad m_{\mathrm{ReLU}} = \frac{\mathrm{ReLU}(z) - "
        r"\mathrm{ReLU}(z')}{z - z'}"
    )
    complete = True
    needs_gradient = True
    needs_layers = True
    unit = "logit"
    compares = True
    times_picture = True
    quick = True
    reports = ("gap",)

    name: Literal["deeplift"] = "deeplift"
    baseline: Fill = _fill()

    @classmethod
    def fits(cls, net: Any) -> str:
        from core.attribution import fit

        return super().fits(net) or (
            fit.layers_only(net)
            or fit.known_relus(net, cls.title, "so its sum would miss the answer by far", "integrated gradients")
        )


class GuidedBackprop(Attribution):
    """The gradient, with everything negative cut off at each ReLU."""

    title = "Guided backprop"
    formula = r"R^{l} = \mathbb{1}[z^l > 0]\ \mathbb{1}[R^{l+1} > 0]\ R^{l+1}"
    needs_gradient = True
    needs_layers = True
    quick = True
    typical = True

    name: Literal["guided_backprop"] = "guided_backprop"

    @classmethod
    def fits(cls, net: Any) -> str:
        from core.attribution import fit

        return super().fits(net) or fit.known_relus(
            net, cls.title, "so the map would be the plain gradient", "saliency"
        )


class GradCam(Attribution):
    """The maps of a convolution, weighted by what they mean for the answer."""

    title = "Grad-CAM"
    formula = (
        r"M = \mathrm{ReLU}\left(\sum_k \alpha_k A^k\right), \quad \alpha_k = \frac{1}{Z} \sum_{i,j} "
        r"\frac{\partial f_c}{\partial A^k_{ij}}"
    )
    signed = False
    needs_gradient = True
    needs_layers = True
    quick = True
    typical = True

    name: Literal["grad_cam"] = "grad_cam"
    back: int = knob(1, "Convolution", "Counted from the end: 1 is the last, 2 the one before.", ge=1, le=12, step=1)

    @classmethod
    def fits(cls, net: Any) -> str:
        from core.attribution import fit

        return super().fits(net) or fit.convolution(net)


class GuidedGradCam(Attribution):
    """Guided backprop times Grad-CAM."""

    title = "Guided Grad-CAM"
    formula = r"M = M_{\text{guided}} \odot \uparrow M_{\text{Grad-CAM}}"
    needs_gradient = True
    needs_layers = True
    quick = True

    name: Literal["guided_grad_cam"] = "guided_grad_cam"

    @classmethod
    def fits(cls, net: Any) -> str:
        from core.attribution import fit

        return super().fits(net) or (
            fit.known_relus(net, cls.title, "so the map would not be guided", "Grad-CAM") or fit.convolution(net)
        )


class Occlusion(Attribution):
    """Paint a window over, and see how far the answer falls."""

    title = "Occlusion"
    formula = r"M_i = \text{mean over windows } W \ni i \text{ of } f_c(x) - f_c(x_{W \leftarrow x'})"
    unit = "logit"
    compares = True
    times_picture = True
    typical = True

    name: Literal["occlusion"] = "occlusion"
    window: int = knob(
        14, "Window", "The side of the window, as a share of the picture's side.", unit="%", ge=7, le=50, step=1
    )
    fill: Fill = _fill("grey", "Fill with", "What the window shows in place of the picture.")


class FeatureAblation(Attribution):
    """Paint one superpixel over at a time."""

    title = "Feature ablation"
    formula = r"M_i = f_c(x) - f_c(x_{S(i) \leftarrow x'})"
    unit = "logit"
    compares = True

    name: Literal["feature_ablation"] = "feature_ablation"
    segments: int = _segments()
    fill: Fill = _fill("grey", "Fill with", "What the hidden superpixel shows.")


class KernelShap(Attribution):
    """Shapley values of superpixels, as a weighted regression."""

    title = "KernelSHAP"
    formula = (
        r"\pi(z) = \frac{d - 1}{\binom{d}{|z|}\, |z|\, (d - |z|)}, \quad \sum_j \phi_j = p_c(x) - "
        r"p_c(x')"
    )
    complete = True
    unit = "probability"
    compares = True
    reports = ("fit",)

    name: Literal["kernel_shap"] = "kernel_shap"
    segments: int = _segments()
    samples: int = _samples(200)
    fill: Fill = _fill("grey", "Fill with", "What a hidden superpixel shows.")


class CaptumLime(Attribution):
    """LIME as Captum does it, with a ridge regression."""

    title = "LIME (Captum)"
    # Captum compares the pictures, not the switches
    formula = (
        r"\min_w \sum_z \pi(z)\, \left(p_c(x_z) - w_0 - w^\top z\right)^2 + \lVert w \rVert^2, \quad \pi(z) "
        r"= \sqrt{e^{-D(x, x_z)^2 / \sigma^2}}"
    )
    unit = "probability"
    compares = True
    second = True
    reports = ("fit",)

    name: Literal["captum_lime"] = "captum_lime"
    segments: int = _segments()
    samples: int = _samples(200)
    width: float = _width()
    fill: Fill = _fill("grey", "Fill with", "What a hidden superpixel shows.")


class Lime(Attribution):
    """A linear model that imitates the network near this picture, on superpixels (the lime package's own regression)."""

    title = "LIME"
    formula = (
        r"\min_w \sum_z \pi(z)\, \left(p_c(x_z) - w_0 - w^\top z\right)^2 + \lVert w \rVert^2, \quad \pi(z) "
        r"= \sqrt{e^{-D(1, z)^2 / \sigma^2}}"
    )
    unit = "probability"
    compares = True
    reports = ("fit", "spread")
    typical = True

    name: Literal["lime"] = "lime"
    segments: int = _segments()
    samples: int = _samples(200, "Random pictures with some superpixels hidden. The linear model is fitted on them.")
    width: float = _width()
    fill: Literal["mean", "black", "white", "grey", "blur"] = knob(
        "grey", "Fill with", "What a hidden superpixel shows.", names=MEAN | FILLS
    )
    repeats: int = knob(
        1, "Repeats", "Independent fits. They show how much the answer depends on chance.", ge=1, le=8, step=1
    )


Method = (
    Saliency
    | SmoothGrad
    | InputXGradient
    | IntegratedGradients
    | GradientShap
    | DeepLift
    | GuidedBackprop
    | GradCam
    | GuidedGradCam
    | Occlusion
    | FeatureAblation
    | KernelShap
    | CaptumLime
    | Lime
)
METHODS: dict[str, type[Attribution]] = {member.model_fields["name"].default: member for member in get_args(Method)}
METHOD_NAMES = {name: method.title for name, method in METHODS.items()}
