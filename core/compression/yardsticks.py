"""The figures of the compression lab beside published ones. `python -m core yardsticks compression` makes the tables."""

from pathlib import Path

from core.yardsticks import Yardstick, write

MINE = "4,000 training digits instead of 60,000; "
TEACHER = "--method teacher"
FEW = "--method distill --labels 5"
MANY = "--method distill"
OMIT = "--method distill --omit 3 --temperature 8"
SLIM = "--method slim"
PRUNE = "--method prune"
REDESIGN = "--method redesign"
TWO_BITS = "--method quantize"
DEEP = "--method deep"
TICKET = "--method ticket"
EXITS = "--method exits"
LOW_RANK = "--method lowrank"
SLIMMABLE = "--method slimmable"
SHARED = "--method slimmable --norms shared --control false"
INT8 = "int8.csv"

ACCURACY, TAUGHT, CONTROL = "result_accuracy", "result_teacher_accuracy", "result_control_accuracy"
HINTON = "Hinton, Vinyals, Dean 2015, section 3"
LIU = "Liu et al. 2017"
HAN = "Han, Mao, Dally 2016"

GUESS, SAME, NO_SCORE = "10 (guessing)", "0 (nothing gained or lost)", "–"

YARDSTICKS = (
    Yardstick(
        "Teacher: test accuracy",
        TEACHER,
        ACCURACY,
        "%",
        f"99.3 % ({HINTON}: 67 errors in 10,000)",
        MINE + "174,000 weights instead of 2.4 million.",
        chance=GUESS,
    ),
    Yardstick(
        "Student, 5 % of labels: test accuracy",
        FEW,
        ACCURACY,
        "%",
        "none in this set-up",
        "3 % of the teacher's weights; hard loss on 200 labels, soft loss on all 4,000 images.",
        chance=GUESS,
    ),
    Yardstick(
        "The same student without a teacher",
        FEW,
        CONTROL,
        "%",
        "none in this set-up",
        "Same initial weights, as many steps, the 200 labelled digits alone.",
        chance=GUESS,
    ),
    Yardstick(
        "Gain from distillation, 5 % of labels",
        FEW,
        ACCURACY,
        "points",
        "none in this set-up",
        "Each seed's student minus its own twin.",
        minus=CONTROL,
        chance="0 (no teacher)",
    ),
    Yardstick(
        "Gain from distillation, all labels",
        MANY,
        ACCURACY,
        "points",
        f"0.72 points ({HINTON}: 146 → 74 errors)",
        "Their student has 1.3 million weights and 60,000 digits to learn from; ours has 5,548 and 4,000.",
        minus=CONTROL,
        digits=2,
        chance="0 (no teacher)",
    ),
    Yardstick(
        "Omitted digit recognised, as trained",
        OMIT,
        "result_omitted_before_correction",
        "%",
        f"86.8 % ({HINTON}: 133 of 1,010 threes wrong)",
        MINE + "a student of 5,548 weights; T = 8.",
        chance=GUESS,
    ),
    Yardstick(
        "Omitted digit recognised, bias corrected",
        OMIT,
        "result_omitted_accuracy",
        "%",
        f"98.6 % ({HINTON})",
        "Their bias was chosen on the test set; ours follows from the class's share, without test digits.",
        chance=GUESS,
    ),
    Yardstick(
        "All digits, one omitted, bias corrected",
        OMIT,
        ACCURACY,
        "%",
        f"98.9 % ({HINTON}: 109 errors)",
        "The correction must not cost the other nine.",
        chance=GUESS,
    ),
    Yardstick(
        "Slimming: channels and neurons removed",
        SLIM,
        "result_channels_removed",
        "%",
        f"70 % ({LIU}, VGG, CIFAR-10)",
        "All layers together, each keeps at least one.",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Slimming: parameters removed",
        SLIM,
        "result_parameters_removed",
        "%",
        f"88.5 % ({LIU}, VGG); 84.4 % (MNIST, dense)",
        "Another network and another task.",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Slimming: change of accuracy",
        SLIM,
        ACCURACY,
        "points",
        f"+0.14 ({LIU}, VGG); −0.06 (MNIST, dense)",
        "Against the teacher that the run began with.",
        minus=TAUGHT,
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Slimming: accuracy right after the cut",
        SLIM,
        "result_before_tuning",
        "%",
        "32.5 % (the authors' PyTorch port, VGG-19)",
        "|γ| is compared within its layer; the next BatchNorm is not measured anew.",
        chance=GUESS,
    ),
    Yardstick(
        "Slimming: after fine-tuning",
        SLIM,
        ACCURACY,
        "%",
        "none in this set-up",
        "To be compared with the next row.",
        chance=GUESS,
    ),
    Yardstick(
        "Slimming: same shape from scratch",
        SLIM,
        CONTROL,
        "%",
        "as good as pruned and fine-tuned, or better (Liu et al. 2019)",
        "As many epochs in all as the pruned network had.",
        chance=GUESS,
    ),
    Yardstick(
        "Weight pruning at 95 %: change of accuracy",
        PRUNE,
        ACCURACY,
        "points",
        "+0.05 at 92 % (Han et al. 2015, table 1, LeNet-300-100: 1.64 → 1.59 % errors)",
        "One threshold for all layers, four rounds.",
        minus=TAUGHT,
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Separable instead of standard: change of accuracy",
        REDESIGN,
        ACCURACY,
        "points",
        "−1.1 (MobileNet, ImageNet, table 4)",
        "Same widths, no dense layer, trained side by side.",
        minus=CONTROL,
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Separable: share of the multiply–adds",
        REDESIGN,
        "result_cost_ratio",
        "×",
        "0.12 (MobileNet, table 4)",
        "Narrower layers: 1/N weighs more, and the first convolution stays full.",
        digits=2,
        chance="1 (nothing saved)",
    ),
    Yardstick(
        "Two bits: accuracy without fine-tuning",
        TWO_BITS,
        "result_before_tuning",
        "%",
        "none in this set-up",
        "Rounding alone; the same in every run, since the teacher is the same.",
        chance=GUESS,
    ),
    Yardstick(
        "Two bits: change of accuracy",
        TWO_BITS,
        ACCURACY,
        "points",
        f"convolutions break below 4 bits, dense layers at 2 ({HAN}, section 6.1, AlexNet)",
        "Fine-tuned through the rounding, one scale per output channel.",
        minus=TAUGHT,
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Deep Compression: times smaller",
        DEEP,
        "result_rate",
        "×",
        f"39 × LeNet-5, 40 × LeNet-300-100 ({HAN})",
        "Everything counted, code tables included.",
        chance="1 (the teacher itself)",
    ),
    Yardstick(
        "Deep Compression: change of accuracy",
        DEEP,
        ACCURACY,
        "points",
        f"+0.06 ({HAN}, both)",
        "Against the teacher that the run began with.",
        minus=TAUGHT,
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Lottery ticket: after one epoch",
        TICKET,
        "result_first_accuracy",
        "%",
        "none in this set-up",
        "5 % of the weights of a dense 784-300-100-10 network, from their initial values.",
        chance=GUESS,
    ),
    Yardstick(
        "The same mask, new random weights",
        TICKET,
        "result_first_control_accuracy",
        "%",
        "none in this set-up",
        "After one epoch as well, on the same batches.",
        chance=GUESS,
    ),
    Yardstick(
        "The same mask, signs only",
        TICKET,
        "result_first_signs_accuracy",
        "%",
        "none in this set-up",
        "After one epoch as well; all weights of a layer have one size.",
        chance=GUESS,
    ),
    Yardstick(
        "Lottery ticket: change against all weights",
        TICKET,
        ACCURACY,
        "points",
        "0 or more, down to 10–20 % of the weights (Frankle, Carbin 2019, abstract)",
        "5 % of the weights, and three epochs over 4,000 digits.",
        minus="result_dense_accuracy",
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Early exits at 95 %: test accuracy",
        EXITS,
        ACCURACY,
        "%",
        "none in this set-up",
        "Three exits, trained together; a digit leaves when its highest probability is 95 %.",
        chance=GUESS,
    ),
    Yardstick(
        "The same network without early exits",
        EXITS,
        CONTROL,
        "%",
        "none in this set-up",
        "Same initial weights, same batches, the last exit alone.",
        chance=GUESS,
    ),
    Yardstick(
        "Early exits: multiply–adds used",
        EXITS,
        "result_work",
        "%",
        "none in this set-up",
        "Of the network without exits; the classifiers on the way are counted.",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Low rank, half of the energy: not tuned",
        LOW_RANK,
        "result_before_tuning",
        "%",
        "none in this set-up",
        "The same in every run, since the teacher is the same.",
        chance=GUESS,
    ),
    Yardstick(
        "Low rank, half of the energy: change",
        LOW_RANK,
        ACCURACY,
        "points",
        "within 1 % at twice the speed (Denton et al. 2014, abstract, ImageNet)",
        "21 % of the parameters and 26 % of the multiply–adds, fine-tuned for five epochs.",
        minus=TAUGHT,
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Slimmable network, half width: change",
        SLIMMABLE,
        "result_at_50",
        "points",
        "similar, often better (Yu et al. 2019, abstract, ImageNet)",
        "Against a network of that width trained alone.",
        minus="result_alone_50",
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Slimmable network, quarter width: change",
        SLIMMABLE,
        "result_at_25",
        "points",
        "similar, often better (Yu et al. 2019, abstract, ImageNet)",
        "Against a network of that width trained alone.",
        minus="result_alone_25",
        digits=2,
        chance=SAME,
    ),
    Yardstick(
        "Quarter width, one BatchNorm for all widths",
        SHARED,
        "result_at_25",
        "%",
        "none in this set-up",
        "Trained in the same way; only the BatchNorms are shared.",
        chance=GUESS,
    ),
    Yardstick(
        "int8 against float32, batch of 64: times faster",
        TEACHER,
        "speed_up",
        "×",
        "none for this network",
        "Median after warm-up, one thread, turns taken; the fastest engine against float32 as PyTorch runs it by "
        "default.",
        file=INT8,
        chance="1 (no faster)",
    ),
    Yardstick(
        "int8 against float32, channels last",
        TEACHER,
        "speed_up_channels_last",
        "×",
        "none for this network",
        "The fairest opponent: the same float32 numbers in the order that suits the processor best.",
        file=INT8,
        chance="1 (no faster)",
    ),
    Yardstick(
        "int8: change of accuracy",
        TEACHER,
        "change",
        "points",
        "within 2 points (Jacob et al. 2018, section 4.1.1, ResNets)",
        "Calibrated on 256 training digits.",
        file=INT8,
        digits=2,
        chance=SAME,
    ),
)


def measured_tables(folder: Path) -> None:
    """What no sweep can measure: int8 inference of the five teachers that the sweep has just stored. A table that is there stays."""
    if (folder / INT8).is_file():
        return
    from core import labs, runs
    from core.compression.analysis.bits import int8_report
    from core.settings import build, key

    rows = []
    for seed in range(5):
        settings = build(labs.of("compression").settings, {"method": "teacher", "seed": seed})
        report = int8_report(runs.load(key("compression", settings, labs.code_version())).net())
        plain, ordered, *eight = report
        best = min(eight, key=lambda row: row.latency_64)
        rows.append(
            {
                "seed": seed,
                "state": "finished",
                "engine": best.name,
                "speed_up": plain.latency_64 / best.latency_64,
                "speed_up_channels_last": ordered.latency_64 / best.latency_64,
                "change": best.accuracy - plain.accuracy,
            }
        )
    with (folder / INT8).open("w", newline="") as stream:
        write(rows, stream)
