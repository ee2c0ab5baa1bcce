"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

from core.lifelong import packnet
from core.lifelong.analysis import elsewhere
from core.lifelong.settings import LifelongSettings, guessing_all
from core.lifelong.yardsticks import ESTIMATES, FIRST, METHODS, ORDERED, PACKED, PERMUTED, TOLD, TURNS
from tests.lectures.claims import Near, at, claim, end, run, sweep, table

CHOICE, NAME, SETTING = "one of the answers to choose from", "a name", "a setting"


def of(title: str, part: str = "mean"):
    """Mean or sd of a figure under Yardstick; read when the test runs, as all below."""
    return lambda: getattr(table("lifelong", title), part)


def ends(arguments: str, column: str, part: str = "mean", **where: str):
    """The same of any column of a table."""
    return lambda: getattr(sweep("lifelong", arguments, column, **where), part)


def three(method: str, scenario: str):
    return of(f"Three scenarios, {scenario}-incremental: {method}")


def omega(run_id: str):
    """The sum of Ω over all weights after the first task of a shipped run."""
    return lambda: float(run(run_id).pictures("importance_1")[0].array.sum())


def looked(column: str, method: str):
    """The mean over seeds of what was compared in the view “Looks elsewhere”."""
    return lambda: next(point.mean for point in elsewhere.points(column) if point.value == method)


def given(which: str, turn: int):
    """Mean transfer in points where it is above zero; the text has a plus before it."""
    return of(f"Rotated, whole turn {turn}°: {which} transfer")


def lost(which: str, turn: int):
    """Mean transfer in points without its minus, which the text has before it."""
    return lambda: -given(which, turn)()


def packed(column: str, pruned: int):
    return ends(PACKED, f"result_{column}", pruned=str(pruned))


FORGOTTEN = {"method": "finetune"}
HELD = {"estimate": "exact"}
CLAIMS = [
    claim("test digits of task 1: the map right after task 1 against", NAME, NAME),
    claim("times 100: 100 is the same order, 0 nothing in common", *["by definition of a rank correlation"] * 3),
    claim("that have just learned task 1 from two seeds", NAME),
    claim("Replay keeps 87 % of the answers right", looked("accuracy", "replay")),
    claim(
        "its maps (43) have changed nearly as much as those of fine-tuning (34); those of EWC (73) have not",
        *(looked("alike", method) for method in ("replay", "finetune", "ewc")),
    ),
    claim("A network that learns nothing forgets 0 points", "by definition: what was never right cannot be forgotten"),
    claim("the curve of task 1 does", NAME),
    claim("Task 1 begins at about 92 %", NAME, ends(METHODS, FIRST, **FORGOTTEN)),
    claim(
        "- about 60 %\n- about 75 %\n- [x] about 90 %",
        CHOICE,
        CHOICE,
        lambda: Near(ends(ESTIMATES, "result_task_1", **HELD)(), 1),
    ),
    claim("the weights that task 1 needs", NAME),
    claim(
        "Task 1 ends at about 90 % (mean of five seeds)",
        NAME,
        lambda: Near(ends(ESTIMATES, "result_task_1", **HELD)(), 1),
    ),
    claim("the scene before, it ends at 60 %.", ends(METHODS, "result_task_1", **FORGOTTEN)),
    claim(
        "Task 5 reaches 89 % here and 93 % with fine-tuning.",
        NAME,
        ends(ESTIMATES, "result_task_5", **HELD),
        ends(METHODS, "result_task_5", **FORGOTTEN),
    ),
    claim("less of task 1 is left", NAME),
    claim(
        "when task 5 begins, task 1 rises from 57 to 66 %",
        NAME,
        NAME,
        lambda: at("lifelong-forget-everything", "task_1", 2016),
        lambda: at("lifelong-forget-everything", "task_1", 2048),
    ),
    claim(
        "Task 1 ends at 49 % here, and at 60 ± 9 % over five seeds; the newest task reaches 93 %.",
        NAME,
        lambda: end("lifelong-forget-everything", "task_1"),
        ends(METHODS, "result_task_1", **FORGOTTEN),
        ends(METHODS, "result_task_1", "sd", **FORGOTTEN),
        ends(METHODS, "result_task_5", **FORGOTTEN),
    ),
    claim(
        "(*split digits*, class-incremental), old tasks fall to 0 % at once",
        lambda: Near(end("lifelong-split-finetune", "task_1"), 0.5),
    ),
    claim("a batch of 128 digits", "core.lifelong.importance.BATCH"),
    claim(
        "the average is 79 %; with the exact Fisher it is 88 %, with fine-tuning 78 %.",
        of("EWC, λ = 20, Fisher estimate: batch mean, squared"),
        of("EWC, λ = 20, Fisher estimate: exact"),
        of("First scene: fine-tuning"),
    ),
    claim(
        "After task 1 all Ω together are 0.6 in this run instead of 102",
        NAME,
        omega("lifelong-batch-fisher"),
        omega("lifelong-ewc-against-forgetting"),
    ),
    claim("in pairs: 0 and 1, then 2 and 3", "digits", "digits", "digits", "digits"),
    claim("The average is about 19 %, as much as with fine-tuning", three("EWC", "class")),
    claim("the same EWC reaches 97 % and fine-tuning 89 %", three("EWC", "task"), three("fine-tuning", "task")),
    claim(
        "they reach 66 and 60 %, and guessing 50 %",
        three("EWC", "domain"),
        three("fine-tuning", "domain"),
        lambda: guessing_all(LifelongSettings(stream="split")),
    ),
    claim("Instead at most 500 of all 4,000 digits", SETTING, "core.lifelong.settings.TRAINING_DIGITS"),
    claim("EWC got 19 % here. What does a memory of 500 old", three("EWC", "class"), SETTING),
    claim(
        "- [x] about 90 %\n- about 60 %\n- about 30 %",
        lambda: Near(three("replay of 500 digits", "class")(), 5),
        CHOICE,
        CHOICE,
    ),
    claim(
        "88 % over five seeds instead of 19 %; training on all digits together reaches 92 %.",
        three("replay of 500 digits", "class"),
        three("fine-tuning", "class"),
        three("joint training", "class"),
    ),
    claim("the smallest 75 % of them are set to zero", SETTING),
    claim(
        "Task 1 keeps 25 % of its weights. What",
        NAME,
        lambda: 100 * packnet.share_of_task(0.75, 1),
    ),
    claim("- about 20 points\n- about 3 points\n", CHOICE, CHOICE),
    claim(
        "Task 1 is at 92 % when it has been learned, and at exactly the same 92 % at the end. Fine-tuning ends at 71 %",
        NAME,
        ends(PACKED, FIRST, pruned="75"),
        packed("task_1", 75),
        ends(TOLD, "result_task_1"),
    ),
    claim(
        "The average of all five tasks is 91 % over five seeds instead of 84 %, and 24 % of the weights are still free",
        of("PackNet, 75 % pruned"),
        of("PackNet, the same without any method"),
        lambda: 100 * 0.75**5,
    ),
    claim("the surest of the five masks answers, and the average is 86 %", of("PackNet, task not told")),
    claim(
        "- about 20 %\n- about 50 %\n- [x] about 85 %\n\n### Answer\nDreamt",
        CHOICE,
        CHOICE,
        lambda: Near(three("generative replay", "class")(), 3),
    ),
    claim(
        "The average is 83 % over five seeds. A memory of 500 real digits reaches 88 % and no method 19 %",
        three("generative replay", "class"),
        SETTING,
        three("replay of 500 digits", "class"),
        three("fine-tuning", "class"),
    ),
    claim("each time turned by 10° more", lambda: 40 / 4),
    claim("How much of task 2 is right before", NAME),
    claim(
        "- about 10 %\n- about 50 %\n- [x] about 85 %\n\n### Answer\nWhat was",
        CHOICE,
        CHOICE,
        lambda: Near(ends(TURNS, "result_before_2", turn="40")(), 4),
    ),
    claim("digits that are turned by 10°: forward", lambda: 40 / 4),
    claim(
        "task 2 is at 87 %, and guessing gets 10 %",
        NAME,
        ends(TURNS, "result_before_2", turn="40"),
        lambda: guessing_all(LifelongSettings(stream="rotated")),
    ),
    claim("the forward transfer is +77 points", given("forward", 40)),
    claim("−17 points here, so fine-tuning", lost("backward", 40)),
    claim(
        "Joint training, which sees all tasks, has +2 points",
        of("Rotated, whole turn 40°, joint training: backward transfer"),
    ),
    claim(
        "with a whole turn of 20° the transfers are +79 and −3 points, with 180° +29 and −58.",
        SETTING,
        given("forward", 20),
        lost("backward", 20),
        SETTING,
        given("forward", 180),
        lost("backward", 180),
    ),
    claim("digits turned by 0°, 45° and 90°", SETTING, SETTING, SETTING),
    claim("- 0°\n- [x] 45°, the middle one", CHOICE, CHOICE),
    claim(
        "Orders that end with 45° reach 64 %, the others 61 and 58 %",
        SETTING,
        *(ends(ORDERED, f"result_last_{i}", stream="rotated") for i in (2, 1, 3)),
    ),
    claim(
        "The best order reaches 65 %, the worst 57 %; seeds of one order differ by 1.1 points",
        *(
            of(f"Every order, angles 0°, 45°, 90°: {title}")
            for title in ("the best", "the worst", "standard deviation over the seeds of one order")
        ),
    ),
    claim(
        "F is 45 here, and 1 is what chance alone gives",
        of("Every order, angles 0°, 45°, 90°: F of the orders against the seeds"),
        "the definition",
    ),
    claim("enters the last layer, at length 1: the class", "the definition"),
    claim("If the order does nothing it is about 1.", "the definition"),
    claim("Task 1 begins from nothing", NAME),
    claim("With γ below 1 older", "the definition"),
    claim("With a margin γ above 0 it lowers them", "the definition"),
    claim(
        "fine-tuning ends at 21 % (the newest task alone: 19 %), online EWC at 37 %, replay of 500 digits at 89 %",
        of("Permuted, class-incremental: fine-tuning"),
        lambda: sweep("lifelong", PERMUTED, "result_task_5", method="finetune").mean / 5,
        of("Permuted, class-incremental: online EWC"),
        SETTING,
        of("Permuted, class-incremental: replay of 500 digits"),
    ),
    claim("is more than 90°", "a negative product of two vectors"),
    claim("from 0° to 180°", "core.lifelong.tasks.angles", "core.lifelong.tasks.angles"),
    claim("where task 1 had been learned", NAME),
    claim("where training on task 2 ended", NAME),
    claim("test loss of task 1. Orange: of task 2.", NAME, NAME),
    claim("the bowl that task 1 leaves behind", NAME),
    claim("the minimum of task 2's loss plus the bowl", NAME),
    claim("the minimum of task 2's loss alone", NAME),
]
