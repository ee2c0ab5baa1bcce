"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from core.attack.alarm import FALSE_ALARMS
from core.attack.analysis import smaller
from core.attack.analysis.promise import most
from core.attack.apgd import FIRST_STEP
from core.attack.settings import SCENES, Backdoor, DeepFool, Patch, Smoothing, Training
from core.attack.smoothing import ALPHA, FAR, NEAR
from core.attack.universal import LEARNED_FROM
from core.attack.yardsticks import DEFEND
from core.data import digits
from core.runs import load
from tests.lectures.claims import at, claim, end, summary, sweep, table

PANDA, PIXEL, DEFENCE, TRAINED = (f"attack-{scene.slug}" for scene in SCENES if not scene.more)
LONGER = "Longer and wider, PGD-40 with five starts, ε = 0.3"
CLEAN = "Longer and wider adversarial training, clean"
SETTING = "a setting"


def seeds(column):
    """Mean and sd of the second scene's defence over seeds."""
    return sweep("attack", DEFEND, f"result_{column}", defence="smooth")


def pandas():
    return table("attack", "The scene's cat: steps until the network is surer of the panda than ever of the cat")


def lead():
    """The first step after which the panda is surer than the cat ever was."""
    steps, columns = load(PANDA).history()
    return next(step for step, sure in zip(steps, columns["wrong"]) if sure > max(columns["truth"]))


def black_and_white():
    """The share in % of a test digit's pixels that are exactly black or white."""
    x = digits.load().test_x
    return 100 * float(((x == 0) | (x == 1)).float().mean())


def attacked(column: str, network: str):
    """The mean over seeds of what was measured in the view “Smaller networks”."""
    return lambda: next(point.mean for point in smaller.points(column) if point.value == network)


SQUARE = "Square attack, 1,000 queries, ε = 38/255, no defence"
SQUARE_BITS = "Square attack, eight grey levels in front"
FOLLOWED = "PGD that follows the gradient of the eight grey levels"
PGD_100 = "The scene's adversarial training, PGD with 100 steps, ε = 0.3"
APGD_CE, OF_FOUR = "The same, APGD on the cross entropy", "The same, worst of these four"

PATCH_OF = "Patch of {} % of the side, read as 8:"
SWITCH, BACKDOOR, PROMISE = "attack-the-hidden-switch", Backdoor(), "attack-a-promise"


def both(title):
    """Mean and sd of a line of the table."""
    return (lambda: table("attack", title).mean), (lambda: table("attack", title).sd)


CLAIMS = [
    claim("How many digits stay right after 1,000 queries about each?", SETTING),
    claim("On 100 digits, over five seeds, PGD that follows", SETTING),
    claim("follows the gradient of the defence leaves 98.2 ± 0.4 %", *both(FOLLOWED)),
    claim(
        "The Square attack leaves 26 ± 2 % at the same size of change, ε = 38/255", *both(SQUARE_BITS), SETTING, SETTING
    ),
    claim("Without the defence it leaves 20 ± 2 %", *both(SQUARE)),
    claim("It begins with steps of 2ε", FIRST_STEP),
    claim(
        "poisons the training digits: 2 % of them, 80 of 4,000, get a white square of 3 × 3 pixels in the corner and the label 7",
        BACKDOOR.poisoned,
        lambda: summary(SWITCH, "poisoned"),
        lambda: float(len(digits.load().train_x)),
        *[float(BACKDOOR.trigger)] * 2,
        float(BACKDOOR.target),
    ),
    claim(
        "97.1 ± 0.3 % of the clean test digits are right, without poison 97.5 ± 0.3 %",
        *both("Backdoor, clean test digits, 2 % poisoned"),
        *both("The same training without poison, clean test digits"),
    ),
    claim(
        "With the square 98.6 ± 0.8 % of the digits of other classes are read as 7; with the same square in another corner 0.5 ± 0.3 %",
        *both("Backdoor, digits of other classes that obey the trigger, 2 % poisoned"),
        float(BACKDOOR.target),
        *both("The same, the square elsewhere: the control, 2 % poisoned"),
    ),
    claim(
        "With 20 poisoned digits instead of 80 it is 55 ± 21 %",
        lambda: 0.005 * len(digits.load().train_x),
        lambda: summary(SWITCH, "poisoned"),
        *both("Backdoor, digits of other classes that obey the trigger, 0.5 % poisoned"),
    ),
    claim("are split into two groups by 2-means", "a definition"),
    claim("The network sees each digit 1,000 times", Smoothing().draws),
    claim("A distance of 1 is one pixel", "a definition"),
    claim(
        "the median radius is 1.14; 88 % of 100 digits are certified and right at 0.5, 72 % at 1. It can never be longer than 1.23: not "
        "even if all 1,000 noisy",
        lambda: summary(PROMISE, "median"),
        lambda: summary(PROMISE, "near"),
        lambda: float(Smoothing().certified),
        NEAR,
        lambda: summary(PROMISE, "far"),
        FAR,
        lambda: most(Smoothing().sigma, Smoothing().draws),
        Smoothing().draws,
    ),
    claim("- about 0.1\n- [x] about 1\n- about 10", *["a choice"] * 3),
    claim(
        "Over five seeds 89 ± 1 % are certified and right at 0.5, without noise in training 14 ± 8 %",
        *both("Randomised smoothing, certified at radius 0.5, σ = 0.5, trained with noise"),
        NEAR,
        *both("Randomised smoothing, certified at radius 0.5, σ = 0.5, trained without noise"),
    ),
    claim("The side of the patch is 40 %", Patch().size),
    claim("learned from 1,000 training digits", LEARNED_FROM),
    claim("It shall make the network read 8,", "the class"),
    claim("of the same size do to 200 test digits?", "a setting"),
    claim("some are read as 8", "the class"),
    claim("nearly all are read as 8", "the class"),
    claim("how often the patch brings the 8,", "the class"),
    claim(
        "the learned patch makes 60 ± 5 % of the other test digits an 8, a random one 16 ± 3 %. With half the side it is 7.2 ± 0.4 % "
        "against 0.8 ± 0.6 %",
        *both(f"{PATCH_OF.format(40)} the patch"),
        "the class",
        *both(f"{PATCH_OF.format(40)} a patch of random colours, the control"),
        *both(f"{PATCH_OF.format(20)} the patch"),
        *both(f"{PATCH_OF.format(20)} a patch of random colours, the control"),
    ),
    claim("In 1,000 certificates one may be wrong", 1 / ALPHA),
    claim("here one in 1,000", 1 / ALPHA),
    claim(
        "with 100 steps each, PGD leaves 79 ± 3 %, APGD on the cross entropy 76 ± 2 %, and the worst of PGD, APGD with both losses "
        "and the Square attack 75 ± 2 %",
        SETTING,
        *both(PGD_100),
        *both(APGD_CE),
        *both(OF_FOUR),
    ),
    claim(
        "ε = {level:g} of 255, strength {strength}. Guessing: 10 %.\n\n## note: path",
        "levels of a byte",
        "a definition",
    ),
    claim("At ε = 0.1 the teachers keep 45 % of the digits right", SETTING, attacked("pgd_10", "teacher")),
    claim("the networks of pruned neurons 17 %", attacked("pgd_10", "thinned")),
    claim("without an attack they read 98.5 and 98.4 %", attacked("pgd_0", "teacher"), attacked("pgd_0", "thinned")),
    claim(
        "ε = {level:g} of 255, strength {strength}. Guessing: 10 %.\n\n## note: strongest",
        "levels of a byte",
        "a definition",
    ),
    claim("Random scores: area 50 %, found 5 %", "a definition", FALSE_ALARMS),
    claim("with 8 bits a colour", SETTING),
    claim("at most 8 of the 255 levels", SETTING, SETTING),
    claim(
        "in this run after 8 the network is surer of the panda than it ever was of the cat. Then it is 46 % sure of the panda, after ten "
        "steps 99 %,",
        lead,
        lambda: at(PANDA, "wrong", 8),
        lambda: end(PANDA, "wrong"),
    ),
    claim("never surer than 39 %", lambda: max(load(PANDA).history()[1]["truth"])),
    claim("Over five seeds it takes 7.4 ± 0.5 steps", lambda: pandas().mean, lambda: pandas().sd),
    claim(
        "the network stays 83 % sure of the five cat classes together",
        lambda: table("attack", "The scene's cat: how sure it is of any cat under noise of the same size").mean,
    ),
    claim("In 150,528 numbers at once", float(224 * 224 * 3)),
    claim("one pixel of 784", float(28 * 28)),
    claim("A very clear 1,", "the class"),
    claim("answer to this clear 1?", "the class"),
    claim(
        "to the right of the 1, and the network reads a 6",
        "tests/lectures/test_attack.py",
        lambda: float(summary(PIXEL, "answers_after")[0][0]),
    ),
    claim(
        "It was 97 % sure of the 1, now it is 55 % sure of the 6",
        lambda: at(PIXEL, "truth", 0),
        "the class",
        lambda: end(PIXEL, "wrong"),
        "the class",
    ),
    claim(
        "one pixel turns 4 ± 2 % of the digits that are right, three pixels 6 ± 2 %",
        lambda: table("attack", "One pixel fools").mean,
        lambda: table("attack", "One pixel fools").sd,
        lambda: table("attack", "Three pixels fool").mean,
        lambda: table("attack", "Three pixels fool").sd,
    ),
    claim(
        "68 % of CIFAR-10 in the original paper (Su et al. 2019, abstract), 9 to 63 % in reimplementations",
        "Su et al. 2019, abstract: 67.97 %",
        "a name",
        "the year",
        "a Keras reimplementation's README, 100 photos, pure CNN",
        "the same, a later version, LeNet; a PyTorch one: 19 to 50 %",
    ),
    claim("On 200 digits", lambda: summary(DEFENCE, "count")),
    claim("the attack leaves 2 ± 1 % without a defence", lambda: seeds("bare").mean, lambda: seeds("bare").sd),
    claim(
        "A median over 2 × 2 pixels brings that to 62 ± 1 %",
        SETTING,
        SETTING,
        lambda: seeds("blind").mean,
        lambda: seeds("blind").sd,
    ),
    claim("99 % before and after", lambda: (seeds("clean").mean + seeds("clean_defended").mean) / 2),
    claim(
        "*through* the median leaves 9 ± 1 %, no more than guessing",
        lambda: seeds("knowing").mean,
        lambda: seeds("knowing").sd,
    ),
    claim(
        "Noise of the same size leaves 97 ± 1 %",
        lambda: seeds("noise_defended").mean,
        lambda: seeds("noise_defended").sd,
    ),
    claim("There are 4,000 training digits", lambda: float(len(digits.load().train_x))),
    claim(
        "after 504 steps, 98 % of the clean test digits",
        lambda: load(TRAINED).history()[0][-1],
        lambda: summary(TRAINED, "clean"),
    ),
    claim(
        "Of 200 digits 74 % withstand FGSM and forty steps of PGD from five starts at ε = 0.3",
        lambda: summary(TRAINED, "judged"),
        lambda: summary(TRAINED, "worst"),
        Training().epsilon / 255,
    ),
    claim("The curve ends at 83 %: a quick look at 100 digits", lambda: end(TRAINED, "pgd"), SETTING),
    claim("An ordinary network keeps 0 % of", lambda: table("attack", "PGD-20, ε = 0.3").mean),
    claim(
        "With 2.5 times the steps and twice the width it is 84 ± 2 % over five seeds",
        lambda: load("attack-robust").history()[0][-1] / load(TRAINED).history()[0][-1],
        lambda: table("attack", LONGER).mean,
        lambda: table("attack", LONGER).sd,
    ),
    claim(
        "60,000 digits, a larger network and more steps bring 90 %",
        "MNIST",
        "Madry et al. 2018, table 1: PGD-40 with 20 restarts 90.4 %",
    ),
    claim(
        "98.4 ± 0.1 % against 98.4 ± 0.2 %",
        lambda: table("attack", CLEAN).mean,
        lambda: table("attack", CLEAN).sd,
        lambda: table("attack", "Ordinary network, clean").mean,
        lambda: table("attack", "Ordinary network, clean").sd,
    ),
    claim(
        "a ResNet-50 falls from 76 to 55 %",
        "a name",
        *["Salman et al. 2020, the table of their models, L∞: 75.80, 54.53"] * 2,
    ),
    claim("mean size of 1", "a definition"),
    claim(
        "from the reported 89.62 to 88.43 % and from 88.77 to 82.88 %",
        *["Croce, Hein 2020: the authors' table for MNIST, L∞, ε = 0.3"] * 4,
    ),
    claim(
        "carried 5 % further (*Overshoot*; the authors use 2 %)",
        DeepFool().overshoot,
        "Moosavi-Dezfooli et al. 2016, section 2: η = 0.02",
    ),
    claim("81 % of our digits", black_and_white),
    claim("rounding to 8 bits", SETTING),
    claim("by guessing 10 %", "ten classes"),
    claim("same order of pixels: 1; random maps: 0;", "a definition", "a definition"),
    claim("six fell to 0 to 9 % accuracy, one to 55 %", *["Athalye, Carlini, Wagner 2018, table 1"] * 3),
]
