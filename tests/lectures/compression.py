"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from core.yardsticks import Result
from tests.lectures.claims import claim, run, summary, sweep, table

FEW = ("--method distill --labels 5", "result_accuracy")
OMIT = "--method distill --omit 3 --temperature 8"
TICKET, EXITS = "--method ticket", "--method exits"
WIDTHS = "--method slimmable"
TEACHER = ("compression-teacher", "accuracy")


def bits(number: int) -> float:
    """Accuracy of the shipped teacher on an even grid per channel, without fine-tuning."""
    curve = run("compression-teacher").about.summary["curves"]["model"]["bits"]
    return next(point["accuracy"] for point in curve if point["bits"] == number and point["scheme"] == "per channel")


def step(name: str) -> float:
    """Bytes after a step of the shipped run of Deep Compression."""
    return dict(summary("compression-deep-compression", "steps"))[name]


def both(result) -> tuple:
    """Mean and sd of a table, when the test runs."""
    return (lambda: result().mean, lambda: result().sd)


def found(column: str, arguments: str) -> Result:
    return sweep("compression", arguments, column)


GAIN = both(lambda: table("compression", "Gain from distillation, 5 % of labels"))
CLAIMS = [
    claim("smaller gradients, about 1/T²", "by the formula"),
    claim(
        "A student with 3 % of the teacher's weights",
        lambda: 100 * summary("compression-soft-targets", "parameters") / summary("compression-teacher", "parameters"),
    ),
    claim("Over five seeds the gain is 7.0 ± 0.8 points", *GAIN),
    claim(
        "The twin gets 91.1 ± 0.7 %: 200 labels",
        *both(lambda: found("result_control_accuracy", FEW[0])),
        "a setting: 5 % of 4,000",
    ),
    claim(
        "The student gets 98.1 ± 0.2 %; its teacher has 98.4 %.",
        *both(lambda: found("result_accuracy", FEW[0])),
        lambda: summary(*TEACHER),
    ),
    claim("this 3 looks a little like an 8, not at all like a 4", *["names of digits"] * 3),
    claim("Each of the 4,000 images", "size of the training part"),
    claim(
        "never sees an image of a 3. It only learns from the teacher how much each other digit looks like a 3. At the end one number of "
        "the student is corrected, its bias for the 3",
        *["the name of a digit"] * 3,
    ),
    claim("How many 3s does", "the name of a digit"),
    claim(
        "it recognises 61 ± 12 % of the 3s, and 99 ± 1 % once the bias",
        *both(lambda: found("result_omitted_before_correction", OMIT)),
        "the name of a digit",
        *both(lambda: found("result_omitted_accuracy", OMIT)),
    ),
    claim(
        "never met a 3 has learned that 3s are rare, so the bias of that class is too low and it says 3 too",
        *["the name of a digit"] * 3,
    ),
    claim("recognises 0 % of the 3s", lambda: found("result_omitted_control", OMIT).mean, "the name of a digit"),
    claim(
        "98.6 % of the 3s after",
        "Hinton, Vinyals, Dean 2015, section 3: 14 of 1,010 threes wrong",
        "the name of a digit",
    ),
    claim("Then 72 % of all", "a setting"),
    claim(
        "the pruned network gets 98.1 ± 0.1 %, the teacher 98.4 %, with 88 % of",
        *both(lambda: found("result_accuracy", "--method slim")),
        lambda: summary(*TEACHER),
        lambda: found("result_parameters_removed", "--method slim").mean,
    ),
    claim("it is at 82 ± 20 %", *both(lambda: found("result_before_tuning", "--method slim"))),
    claim(
        "trained from scratch gets 98.3 ± 0.3 %",
        *both(lambda: table("compression", "Slimming: same shape from scratch")),
    ),
    claim("values only: −s, 0, +s", "a definition"),
    claim("down to 61 %.", lambda: summary("compression-two-bits", "before_tuning")),
    claim(
        "Over five seeds it ends at 98.1 ± 0.3 %, the teacher has 98.4 %. The gradient",
        *both(lambda: found("result_accuracy", "--method quantize")),
        lambda: summary(*TEACHER),
    ),
    claim("keeps 98.1 % at three bits and falls to 60.8 %", lambda: bits(3), lambda: bits(2)),
    claim("prune 92 % of the weights, let the rest share 32 values", "a setting", "a setting: 5 bits"),
    claim("makes the network 8.8 times smaller", lambda: step("float32") / step("pruned")),
    claim("another 3.5 times", lambda: step("pruned") / step("shared")),
    claim("saves 23 % of", lambda: 100 * (1 - step("Huffman") / step("shared"))),
    claim(
        "is 40.3 ± 0.2 times smaller than the teacher and gets 98.5 ± 0.1 %; the teacher has 98.4 %.",
        *both(lambda: table("compression", "Deep Compression: times smaller")),
        *both(lambda: found("result_accuracy", "--method deep")),
        lambda: summary(*TEACHER),
    ),
    claim("at temperature 1 and has", "a definition"),
    claim("After six such rounds 95 % are gone", "a setting"),
    claim("gets 89.4 ± 0.5 % after one epoch. The", *both(lambda: found("result_first_accuracy", TICKET))),
    claim("new random weights gets 71.5 ± 1.7 %.", *both(lambda: found("result_first_control_accuracy", TICKET))),
    claim(
        "it is 90.6 ± 0.5 % against 87.2 ± 0.6 %",
        *both(lambda: found("result_accuracy", TICKET)),
        *both(lambda: found("result_control_accuracy", TICKET)),
    ),
    claim("of one size, get 87.3 ± 0.5 %", *both(lambda: found("result_first_signs_accuracy", TICKET))),
    claim("one: 99.9 % of the weights", lambda: found("result_same_signs", TICKET).mean),
    claim("all weights gets 92.3 ± 0.8 %", *both(lambda: found("result_dense_accuracy", TICKET))),
    claim("with more than 10 to 20 % of", *["Frankle, Carbin 2019, abstract"] * 2),
    claim("that is at least 95 % sure", "a setting"),
    claim(
        "a digit takes 22.6 ± 0.4 % of the multiply–adds on average: 83.1 ± 0.4 % of",
        *both(lambda: found("result_work", EXITS)),
        *both(lambda: found("result_left_first", EXITS)),
    ),
    claim("The accuracy is 98.4 ± 0.3 %. It", *both(lambda: found("result_accuracy", EXITS))),
    claim("is 98.4 ± 0.4 % when every digit", *both(lambda: found("result_exit3_accuracy", EXITS))),
    claim("alone has only 95.1 ± 0.4 %", *both(lambda: found("result_exit1_accuracy", EXITS))),
    claim("exits (grey) gets 98.1 ± 0.4 %", *both(lambda: found("result_control_accuracy", EXITS))),
    claim(
        "Over five seeds the half gets 96.6 ± 0.7 %, a network of that width alone 96.8 ± 0.6 %. The quarter",
        *both(lambda: found("result_at_50", WIDTHS)),
        *both(lambda: found("result_alone_50", WIDTHS)),
    ),
    claim(
        "quarter gets 94.4 ± 0.8 % against 95.2 ± 1.1 %: the",
        *both(lambda: found("result_at_25", WIDTHS)),
        *both(lambda: found("result_alone_25", WIDTHS)),
    ),
    claim(
        "full width gets 97.6 ± 0.4 % against 97.9 ± 0.2 %.",
        *both(lambda: found("result_at_100", WIDTHS)),
        *both(lambda: found("result_alone_100", WIDTHS)),
    ),
    claim(
        "together have 9,002 parameters, four networks alone have 18,500.",
        lambda: summary("compression-one-network-any-width", "parameters"),
        lambda: summary("compression-one-network-any-width", "parameters_apart"),
    ),
    claim(
        "widths the quarter gets 86.8 ± 3.3 %: its",
        *both(lambda: found("result_at_25", f"{WIDTHS} --norms shared --control false")),
    ),
]
