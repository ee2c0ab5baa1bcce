"""The figures of the adversarial attack lab beside published ones. `python -m core yardsticks attack` makes the tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from core.attack import gradient, minimal, models, pixel, smaller, square
from core.attack import settings as s
from core.attack.analysis.smaller import NAMES
from core.attack.analysis.smaller import TABLE as SMALLER
from core.attack.ball import Ball, lengths, saved
from core.attack.craft import last
from core.attack.defences import percent, right
from core.attack.models import Aim, Victims
from core.attack.strongest import withstood
from core.attack.train import train
from core.data import photos
from core.events import Metrics
from core.loop import hits, seeded
from core.nets import from_model
from core.subject.models import photo_net
from core.subject.settings import Digit, Photo
from core.yardsticks import Yardstick, make_tables

NETWORKS, PICTURES, PANDAS, ROBUSTS = "networks.csv", "photos.csv", "pandas.csv", "robust.csv"
CATS = slice(281, 286)  # ImageNet's house cats
EACH, FEW = 50, 20  # test digits for the slow attacks: Carlini and Wagner's, and evolution
ROBUST = "--subject digit --method training --goal away --epochs 20 --width 16 --judged 1000"
OVERFIT = "--subject digit --method training --goal away --inner fgsm --begin digit --learning-rate 0.02"
DEFEND = "--subject digits --method defend --goal away --defence bits smooth jpeg resize"
DETECT = "--subject digits --method detect --goal away"
SQUARE = "--subject digits --count 100 --method square --goal away --behind none bits"
BACKDOOR = "--subject digit --method backdoor --goal away --poisoned 0 0.5 2"
SMOOTH = "--subject digit --method smoothing --goal away --noisy true false"
PATCH = "--subject digit --method patch --goal number --steps 200 --size 20 40"
MADRY = "Madry et al. 2018, table 1, 60,000 digits"
NONE = "none in this set-up"
CONSTANT = "10 (always the same answer)"
GUESSED, UNTOUCHED, ALARMS = "10 (guessing)", "0 (no attack)", "5 (random scores)"


def _network(title: str, column: str, published: str, why: str = "", chance: str = GUESSED) -> Yardstick:
    return Yardstick(title, "", column, "%", published, why, file=NETWORKS, chance=chance)


def _length(title: str, column: str, published: str, why: str) -> Yardstick:
    return Yardstick(title, "", column, "", published, why, file=NETWORKS, digits=3)


def _trained(title: str, sweep: str, column: str, published: str, why: str = "") -> Yardstick:
    return Yardstick(title, sweep, f"result_{column}", "%", published, why, chance=GUESSED)


def _defence(name: str, title: str, published: str, why: str = "") -> Iterator[Yardstick]:
    for column, who in (("blind", "who does not know it"), ("knowing", "who knows it")):
        yield Yardstick(
            f"{title}, ε = 38/255, an attacker {who}",
            DEFEND,
            f"result_{column}",
            "%",
            published if column == "knowing" else NONE,
            why,
            where={"defence": name},
            chance=GUESSED,
        )


def _robust(title: str, column: str, published: str = NONE, why: str = "") -> Yardstick:
    return Yardstick(title, "", column, "%", published, why, file=ROBUSTS, chance=GUESSED)


def _square(title: str, column: str, behind: str, why: str = "") -> Yardstick:
    return Yardstick(title, SQUARE, f"result_{column}", "%", NONE, why, where={"behind": behind}, chance=GUESSED)


def _backdoor(
    title: str, column: str, published: str = NONE, why: str = "", chance: str = GUESSED
) -> Iterator[Yardstick]:
    for share in ("2.0", "0.5"):
        yield Yardstick(
            f"{title}, {float(share):g} % poisoned",
            BACKDOOR,
            f"result_{column}",
            "%",
            published,
            why,
            where={"poisoned": share},
            chance=chance,
        )


def _smooth(title: str, column: str) -> Iterator[Yardstick]:
    for noisy, words in ((True, "trained with noise"), (False, "trained without noise")):
        yield Yardstick(
            f"{title}, σ = 0.5, {words}",
            SMOOTH,
            f"result_{column}",
            "%",
            NONE,
            "",
            where={"noisy": str(noisy)},
            chance=CONSTANT,
        )


def _patch(size: str) -> Iterator[Yardstick]:
    for column, who in (("patched", "the patch"), ("patched_noise", "a patch of random colours, the control")):
        yield Yardstick(
            f"Patch of {size} % of the side, read as 8: {who}",
            PATCH,
            f"result_{column}",
            "%",
            NONE,
            "200 test digits.",
            where={"size": f"{size}.0"},
            chance=UNTOUCHED,
        )


def _photos(title: str, column: str, why: str, chance: str) -> Yardstick:
    return Yardstick(title, "", column, "%", NONE, why, file=PICTURES, of="photos", chance=chance)


YARDSTICKS = (
    _network(
        "Ordinary network, clean", "clean", "99.2 % (Madry et al. 2018, section 4)", "4,000 digits instead of 60,000."
    ),
    _network("FGSM, ε = 0.1", "fgsm_10", "80 % in one user's report; there is no one figure"),
    _network(
        "FGSM, ε = 0.3", "fgsm_30", "6.4 % (Madry et al. 2018, section 4)", "It varies a lot from network to network."
    ),
    _network("PGD-20, ε = 0.1", "pgd_10", NONE),
    _network("PGD-20, ε = 0.2", "pgd_20", NONE),
    _network("PGD-20, ε = 0.3", "pgd_30", NONE),
    _network("Random noise ±0.3, the control", "noise_30", NONE, "The same size: it costs about ten points, PGD all."),
    _length(
        "DeepFool, ‖δ‖₂ / ‖x‖₂",
        "deepfool",
        "0.20, LeNet (Moosavi-Dezfooli et al. 2016, table 1)",
        "Another network; ours is fooled by less.",
    ),
    _length("Carlini–Wagner, ‖δ‖₂ / ‖x‖₂", "cw", NONE, "50 digits; it must be below DeepFool's."),
    _network(
        "One pixel fools",
        "pixels_1",
        "68 % of CIFAR-10 photos (Su et al. 2019, abstract); reimplementations: 9 to 63 %",
        "20 digits a network, population 100, 40 generations. Digits have no texture, and clear margins.",
        UNTOUCHED,
    ),
    _network(
        "Three pixels fool", "pixels_3", "63 to 93 % of CIFAR-10 photos in reimplementations", "As above.", UNTOUCHED
    ),
    _trained("Longer and wider adversarial training, clean", ROBUST, "clean", f"98.8 % ({MADRY})", "4,000 digits."),
    _trained("Longer and wider, FGSM, ε = 0.3", ROBUST, "fgsm", f"95.6 % ({MADRY})"),
    _trained(
        "Longer and wider, PGD-40 with five starts, ε = 0.3",
        ROBUST,
        "pgd",
        f"93.2 % with one start, 90.4 % with twenty ({MADRY})",
        "1,000 digits. The recipe was chosen on 300 of them, with seed 0.",
    ),
    _trained("Trained on FGSM from the digit: FGSM", OVERFIT, "fgsm", NONE, "Withstands what it was trained on …"),
    _trained(
        "Trained on FGSM from the digit: PGD",
        OVERFIT,
        "pgd",
        "0 % on CIFAR-10 (Kim, Lee, Lee 2021, abstract)",
        "… and hardly anything else: catastrophic overfitting.",
    ),
    _robust("The scene's adversarial training, PGD with 100 steps, ε = 0.3", "pgd", NONE, "200 digits, one start."),
    _robust("The same, APGD on the cross entropy", "apgd_ce", NONE, "As many steps."),
    _robust("The same, APGD on the DLR loss", "apgd_dlr", NONE, "As many steps."),
    _robust("The same, Square attack with 1,000 queries", "square", NONE, "No gradient."),
    _robust(
        "The same, worst of these four",
        "worst",
        "82.88 % instead of 88.77 % reported (Wong's network in Croce, Hein 2020)",
        "Another network, 60,000 digits, more steps, and a fourth attack.",
    ),
    _square("Square attack, 1,000 queries, ε = 38/255, no defence", "right", "none", "100 digits."),
    _square("Square attack, eight grey levels in front", "right", "bits", "100 digits."),
    _square("PGD that follows the gradient of the eight grey levels", "naive", "bits", "The gradient is zero."),
    Yardstick(
        "The same training without poison, clean test digits",
        BACKDOOR,
        "result_clean",
        "%",
        NONE,
        "The control.",
        where={"poisoned": "0.0"},
        chance=GUESSED,
    ),
    *_backdoor("Backdoor, clean test digits", "clean"),
    *_backdoor("Backdoor, digits of other classes that obey the trigger", "obeyed"),
    *_backdoor("The same, the square elsewhere: the control", "obeyed_control"),
    *_backdoor(
        "Activation clustering, poisoned digits found",
        "recall",
        chance="17 (a random group as large, 2 %), 37 (0.5 %)",
    ),
    *_backdoor("Activation clustering, of those found are poisoned", "precision", chance="17 (2 %), 5 (0.5 %)"),
    *_smooth("Randomised smoothing, certified and right", "smooth"),
    *_smooth("Randomised smoothing, certified at radius 0.5", "near"),
    *_smooth("Randomised smoothing, certified at radius 1", "far"),
    Yardstick(
        "Randomised smoothing, median radius, σ = 0.5, trained with noise",
        SMOOTH,
        "result_median",
        "",
        NONE,
        "L2: one pixel from black to white is 1.",
        where={"noisy": "True"},
        digits=2,
    ),
    *_patch("40"),
    *_patch("20"),
    *_defence(
        "bits",
        "Eight grey levels",
        "0 % on CIFAR-10, a thermometer code of the grey levels (Buckman's defence in Athalye et al. 2018, table 1)",
    ),
    *_defence("smooth", "Median smoothing", NONE),
    *_defence(
        "jpeg",
        "JPEG, quality 25",
        "0 % on ImageNet, for JPEG among other transformations (Guo's defence in Athalye et al. 2018, table 1)",
        "20 steps; more would find more.",
    ),
    *_defence(
        "resize",
        "Random resize and pad",
        "0 % on ImageNet (Xie's defence in Athalye et al. 2018, table 1)",
        "20 steps, 8 draws; more would find more.",
    ),
    *(
        Yardstick(
            f"PGD-20, ε = 0.1, the same seeds: {title}",
            "",
            "pgd_10",
            "%",
            NONE,
            "Made of the ordinary teacher by the compression lab. See the view “Smaller networks”.",
            where={"network": way},
            file=SMALLER,
            chance=GUESSED,
        )
        for way, title in NAMES.items()
    ),
    Yardstick(
        "Feature squeezing finds, at 5 % false alarms",
        DETECT,
        "result_found_blind",
        "%",
        NONE,
        "PGD in L2. Random noise of the same size: under 5 %.",
        chance=ALARMS,
    ),
    Yardstick(
        "The same, an attacker who knows it",
        DETECT,
        "result_found_knowing",
        "%",
        "broken (He et al. 2017)",
        "Most of what fools the network is not found.",
        chance=ALARMS,
    ),
    Yardstick(
        "The scene's cat: steps until the network is surer of the panda than ever of the cat",
        "",
        "steps",
        "",
        NONE,
        "ε = 8/255; another seed is another random start.",
        file=PANDAS,
    ),
    Yardstick(
        "The scene's cat: how sure it is of the panda after ten steps",
        "",
        "sure",
        "%",
        NONE,
        "",
        file=PANDAS,
        chance="0.1 (guessing)",
    ),
    Yardstick(
        "The scene's cat: how sure it is of any cat under noise of the same size",
        "",
        "cat_noise",
        "%",
        NONE,
        "Tabby, tiger cat, Persian, Siamese and Egyptian cat together.",
        file=PANDAS,
        chance="0.5 (guessing)",
    ),
    _photos("Photos pushed to “giant panda”, ε = 8/255, ten steps", "panda", "Of the 12 photos.", UNTOUCHED),
    _photos("How sure the network is of the panda", "sure", "", "0.1 (guessing)"),
    _photos("Photos that noise of the same size pushes to “giant panda”", "panda_noise", "The control.", UNTOUCHED),
)


def measured_tables(folder: Path) -> None:
    """What no sweep measures: attacks on five ordinary networks, on smaller ones made of such, on twelve photos, and on the cat. A
    table that is there stays."""
    tables = {NETWORKS: network_rows, PICTURES: photo_rows, PANDAS: panda_rows, SMALLER: smaller.rows}
    tables |= {ROBUSTS: robust_rows}
    make_tables(folder, tables)


def network_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five ordinary networks: what each attack leaves of 1,000 test digits, and how small it can be."""
    yield from map(network_row, range(5))


def network_row(seed: int) -> dict[str, Any]:
    """One ordinary network, trained with this seed, under every attack."""
    method = s.Training(inner="none", width=16)
    *_, end = train(s.AttackSettings(subject=Digit(), method=method, goal=s.Away(), seed=seed))
    net = from_model(end.models["model"]).requires_grad_(False)
    victims = models.first_digits(net, 1000)
    return (
        {"seed": seed, "clean": hits(models.ask(victims.net, victims.x), victims.y)}
        | _bounded(victims, seed)
        | _smallest(models.first_digits(net, EACH))
        | _pixels(models.first_digits(net, FEW), seed)
    )


def _bounded(victims: Victims, seed: int) -> dict[str, float]:
    """What is still right under attacks within ε, in percent, saved with 8 bits."""
    aim, found = Aim(victims.y), {}
    for share in (10, 20, 30):
        ball = Ball("inf", share / 100)
        tried = {
            "fgsm": gradient.fgsm(victims.net, victims.x, aim, ball),
            "noise": gradient.noise(victims.x, ball, seeded(seed)),
            "pgd": gradient.pgd(victims.net, victims.x, aim, ball, 20, 0.1, 1, seeded(seed)),
        }
        found |= {f"{name}_{share}": _still_right(victims, last(attack), ball) for name, attack in tried.items()}
    return found


def _still_right(victims: Victims, attacked: Tensor, ball: Ball) -> float:
    return hits(models.ask(victims.net, saved(victims.x, attacked, ball)), victims.y)


def _smallest(victims: Victims) -> dict[str, float]:
    """ρ = mean ‖δ‖₂ / ‖x‖₂ of the attacks that look for the smallest change (Moosavi-Dezfooli et al. 2016, equation 15)."""
    aim = Aim(victims.y)
    found = {
        "deepfool": minimal.deepfool(victims.net, victims.x, aim, 50, 0.02),
        "cw": minimal.carlini_wagner(victims.net, victims.x, aim, 0, 5, 100, 0.05),
    }
    return {
        name: float((lengths(last(attack) - victims.x) / lengths(victims.x)).mean()) for name, attack in found.items()
    }


def _pixels(victims: Victims, seed: int) -> dict[str, float]:
    """How many of the digits that are right, in percent, fall to one and to three pixels."""
    right = victims.only(models.answers(victims.net, victims.x) == victims.y)
    return {
        f"pixels_{n}": 100
        - hits(
            models.ask(right.net, last(pixel.few_pixels(right.net, right.x, Aim(right.y), n, 100, 40, seeded(seed)))),
            right.y,
        )
        for n in (1, 3)
    }


def robust_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five networks of the fourth scene: what attacks of a hundred steps and a thousand queries leave."""
    for seed in range(5):
        method = s.Training()
        *_, end = train(s.AttackSettings(subject=Digit(), method=method, goal=s.Away(), seed=seed))
        victims = models.first_digits(from_model(end.models["model"]).requires_grad_(False), 200)
        ball, net = Ball("inf", method.epsilon / s.LEVELS), victims.net
        found = withstood(net, net, victims, ball, 100, seed)
        asked = last(square.square(net, victims.x, Aim(victims.y), ball, 1000, seeded(seed)))
        found["square"] = right(net, saved(victims.x, asked, ball), victims.y)
        found["worst"] = found["worst"] & found["square"]
        yield {"seed": seed} | {name: percent(where) for name, where in found.items()}


def photo_rows() -> Iterator[dict[str, Any]]:
    """A row for each shipped photo: whether ten steps of PGD make a panda of it, and how sure the network is then."""
    for name in photos.FILES:
        *_, end = train(s.AttackSettings(subject=Photo(photo=name)))
        said = {when: 100.0 * (end.summary[f"answers_{when}"][0][0] == "giant panda") for when in ("after", "noise")}
        yield {"photo": name, "panda": said["after"], "sure": end.summary["wrong"], "panda_noise": said["noise"]}


def panda_rows() -> Iterator[dict[str, Any]]:
    """The first scene with five seeds: when the panda leads for good, how sure it is in the end, and what noise leaves of the cat."""
    cat = photos.load("chelsea")[None]
    for seed in range(5):
        events = list(train(s.AttackSettings(seed=seed)))
        course = [event.values for event in events if isinstance(event, Metrics)]
        most = max(values["truth"] for values in course)
        noisy = saved(cat, Ball("inf", s.PGD().epsilon / s.LEVELS).noise(cat, seeded(seed)))
        cats = models.ask(photo_net(), noisy).softmax(1)[0, CATS].sum()
        yield {
            "seed": seed,
            "steps": next(i for i, values in enumerate(course) if values["wrong"] > most),
            "sure": course[-1]["wrong"],
            "cat_noise": 100 * float(cats),
        }
