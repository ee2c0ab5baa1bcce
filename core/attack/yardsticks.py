"""The figures of the adversarial attack lab beside published ones. `python -m core yardsticks attack` makes the tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from core.attack import gradient, minimal, models, pixel
from core.attack import settings as s
from core.attack.ball import Ball, lengths, saved
from core.attack.craft import last
from core.attack.models import Aim, Victims
from core.attack.train import train
from core.data import photos
from core.loop import hits, seeded
from core.nets import from_model
from core.subject.settings import Digit, Photo
from core.yardsticks import Yardstick, write

NETWORKS, PICTURES = "networks.csv", "photos.csv"
EACH, FEW = 50, 20  # test digits for the slow attacks: Carlini and Wagner's, and evolution
ROBUST = "--subject digit --method training --goal away --epochs 20 --width 16 --judged 1000"
OVERFIT = "--subject digit --method training --goal away --inner fgsm --begin digit --learning-rate 0.02"
DEFEND = "--subject digits --method defend --goal away --defence bits smooth jpeg resize"
DETECT = "--subject digits --method detect --goal away"
MADRY = "Madry et al. 2018, 60,000 digits"
NONE = "none in this set-up"


def _network(title: str, column: str, unit: str, published: str, why: str = "", digits: int = 1) -> Yardstick:
    return Yardstick(title, "", column, unit, published, why, file=NETWORKS, digits=digits)


def _defence(name: str, title: str, published: str, why: str = "") -> Iterator[Yardstick]:
    for column, who in (("blind", "who does not know it"), ("knowing", "who knows it")):
        yield Yardstick(f"{title}, ε = 38/255, an attacker {who}", DEFEND, f"result_{column}", "%",
                        published if column == "knowing" else NONE, why, where={"defence": name})


YARDSTICKS = (
    _network("Ordinary network, clean", "clean", "%", "99.2 % (Madry et al. 2018)", "4,000 digits instead of 60,000."),
    _network("FGSM, ε = 0.1", "fgsm_10", "%", "80 % in one user's report; there is no one figure", ""),
    _network("FGSM, ε = 0.3", "fgsm_30", "%", "6.4 % (Madry et al. 2018)", "It varies a lot from network to network."),
    _network("PGD-20, ε = 0.1", "pgd_10", "%", NONE, ""),
    _network("PGD-20, ε = 0.2", "pgd_20", "%", NONE, ""),
    _network("Random noise ±0.3, the control", "noise_30", "%", NONE, "The same size, and hardly an effect."),
    _network("DeepFool, ‖δ‖₂ / ‖x‖₂", "deepfool", "", "0.20, LeNet (Moosavi-Dezfooli et al. 2016, table 1)",
             "Another network; ours is fooled by less.", digits=3),
    _network("Carlini–Wagner, ‖δ‖₂ / ‖x‖₂", "cw", "", NONE, "50 digits; it must be below DeepFool's.", digits=3),
    _network("One pixel fools", "pixels_1", "%", "63 % of CIFAR-10, LeNet (Su et al. 2019)",
             "20 digits a network, population 100; digits have no texture, and clear margins."),
    _network("Three pixels fool", "pixels_3", "%", "92 % of CIFAR-10, LeNet", "As above."),
    Yardstick("Adversarial training, clean", ROBUST, "result_clean", "%", f"98.8 % ({MADRY})", "4,000 digits."),
    Yardstick("The same, FGSM, ε = 0.3", ROBUST, "result_fgsm", "%", f"95.6 % ({MADRY})", ""),
    Yardstick("The same, PGD-40 with five starts, ε = 0.3", ROBUST, "result_pgd", "%",
              f"93.2 % with one start, 90.4 % with twenty ({MADRY})",
              "63 % is what plain PGD-7 buys with 4,000 digits; a high learning rate and two long steps buy the rest. "
              "The recipe was chosen on 300 of these digits, seed 0."),
    Yardstick("FGSM from the digit as the enemy: FGSM", OVERFIT, "result_fgsm", "%", NONE, "Withstands what it was trained on …"),
    Yardstick("FGSM from the digit as the enemy: PGD", OVERFIT, "result_pgd", "%", "0 % (Wong, Rice, Kolter 2020)",
              "… and nothing else: catastrophic overfitting."),
    *_defence("bits", "Eight grey levels", "0 to 5 % for seven of nine defences (Athalye et al. 2018)"),
    *_defence("smooth", "Median smoothing", "0 to 5 % (Athalye et al. 2018)"),
    *_defence("jpeg", "JPEG, quality 25", "0 % on ImageNet (Athalye et al. 2018)", "20 steps; more would find more."),
    *_defence("resize", "Random resize and pad", "0 % on ImageNet (Athalye et al. 2018)", "20 steps, 8 draws; more would find more."),
    Yardstick("Feature squeezing finds, at 5 % false alarms", DETECT, "result_found_blind", "%",
              "98 % (Xu et al. 2018, from a secondary source)", "PGD in L2; they tried eleven attacks."),
    Yardstick("The same, an attacker who knows it", DETECT, "result_found_knowing", "%",
              "broken (He et al. 2017)", "Most of what fools the network is not found."),
    Yardstick("Photos pushed to “giant panda”, ε = 8/255, ten steps", "", "panda", "%", NONE, "Of the 12 photos.",
              file=PICTURES, of="photos"),
    Yardstick("How sure the network is of the panda", "", "sure", "%", NONE, "", file=PICTURES, of="photos"),
)


def measured_tables(folder: Path) -> None:
    """What no sweep measures: attacks on five ordinary networks, and on twelve photos. A table that is there stays."""
    for name, rows in ((NETWORKS, network_rows), (PICTURES, photo_rows)):
        if not (folder / name).is_file():
            found = [row | {"state": "finished"} for row in rows()]
            with (folder / name).open("w", newline="") as stream:
                write(found, stream)


def network_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five ordinary networks: what each attack leaves of 1,000 test digits, and how small it can be."""
    for seed in range(5):
        method = s.Training(inner="none", width=16)
        *_, end = train(s.AttackSettings(subject=Digit(), method=method, goal=s.Away(), seed=seed))
        net = from_model(end.models["model"]).requires_grad_(False)
        victims = models.first_digits(net, 1000)
        yield ({"seed": seed, "clean": hits(models.ask(victims.net, victims.x), victims.y)} | _bounded(victims, seed)
               | _smallest(models.first_digits(net, EACH)) | _pixels(models.first_digits(net, FEW), seed))


def _bounded(victims: Victims, seed: int) -> dict[str, float]:
    """What is still right under attacks within ε, in percent, saved with 8 bits."""
    aim, found = Aim(victims.y), {}
    for percent in (10, 20, 30):
        ball = Ball("inf", percent / 100)
        tried = {"fgsm": gradient.fgsm(victims.net, victims.x, aim, ball), "noise": gradient.noise(victims.x, ball, seeded(seed)),
                 "pgd": gradient.pgd(victims.net, victims.x, aim, ball, 20, 0.1, 1, seeded(seed))}
        found |= {f"{name}_{percent}": _still_right(victims, last(attack), ball) for name, attack in tried.items()}
    return found


def _still_right(victims: Victims, attacked: Tensor, ball: Ball) -> float:
    return hits(models.ask(victims.net, saved(victims.x, attacked, ball)), victims.y)


def _smallest(victims: Victims) -> dict[str, float]:
    """ρ = mean ‖δ‖₂ / ‖x‖₂ of the attacks that look for the smallest change (Moosavi-Dezfooli et al. 2016, equation 15)."""
    aim = Aim(victims.y)
    found = {"deepfool": minimal.deepfool(victims.net, victims.x, aim, 50, 0.02),
             "cw": minimal.carlini_wagner(victims.net, victims.x, aim, 0, 5, 100, 0.05)}
    return {name: float((lengths(last(attack) - victims.x) / lengths(victims.x)).mean()) for name, attack in found.items()}


def _pixels(victims: Victims, seed: int) -> dict[str, float]:
    """How many of the digits that are right, in percent, fall to one and to three pixels."""
    right = victims.only(models.answers(victims.net, victims.x) == victims.y)
    return {f"pixels_{n}": 100 - hits(models.ask(right.net, last(
        pixel.few_pixels(right.net, right.x, Aim(right.y), n, 100, 40, seeded(seed)))), right.y) for n in (1, 3)}


def photo_rows() -> Iterator[dict[str, Any]]:
    """A row for each shipped photo: whether ten steps of PGD make a panda of it, and how sure the network is then."""
    for name in photos.FILES:
        *_, end = train(s.AttackSettings(subject=Photo(photo=name)))
        said, sure = end.summary["answers_after"][0]
        yield {"photo": name, "panda": 100.0 * (said == "giant panda"), "sure": end.summary["wrong"]}
