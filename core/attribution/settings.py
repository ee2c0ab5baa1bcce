"""The methods that explain an answer by a map, one settings class each: their knobs, their names and their formulas."""

from typing import Literal, get_args

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


class Saliency(Frozen):
    """The gradient of the answer at each pixel."""

    name: Literal["saliency"] = "saliency"


class SmoothGrad(Frozen):
    """The gradient, averaged over noisy copies of the picture."""

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


class InputXGradient(Frozen):
    """The gradient times the pixel."""

    name: Literal["input_x_gradient"] = "input_x_gradient"


class IntegratedGradients(Frozen):
    """The gradient, summed along the line from a baseline to the picture."""

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


class GradientShap(Frozen):
    """Integrated gradients from many baselines, at random places on the line."""

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
    window: int = knob(
        14, "Window", "The side of the window, as a share of the picture's side.", unit="%", ge=7, le=50, step=1
    )
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
METHODS = {member.model_fields["name"].default: member for member in get_args(Method)}
METHOD_NAMES = {
    "saliency": "Saliency",
    "smoothgrad": "SmoothGrad",
    "input_x_gradient": "Input × gradient",
    "integrated_gradients": "Integrated gradients",
    "gradient_shap": "GradientSHAP",
    "deeplift": "DeepLIFT",
    "guided_backprop": "Guided backprop",
    "grad_cam": "Grad-CAM",
    "guided_grad_cam": "Guided Grad-CAM",
    "occlusion": "Occlusion",
    "feature_ablation": "Feature ablation",
    "kernel_shap": "KernelSHAP",
    "captum_lime": "LIME (Captum)",
    "lime": "LIME",
}

FORMULAS = {
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
FORMULAS["captum_lime"] = FORMULAS["lime"].replace(
    "D(1, z)", "D(x, x_z)"
)  # Captum compares the pictures, not the switches
