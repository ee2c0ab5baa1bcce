"""Settings of the life-long learning lab: a stream of tasks, one network, and a method against forgetting.

The same λ means something else for every method, because its Ω is measured in other units: a mean of squared
gradients (EWC), of absolute ones (MAS), a drop of the loss per squared step (SI). So each λ has a range of its own.
"""

from collections.abc import Mapping
from functools import partial
from math import factorial
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from core.settings import Chance, Frozen, Metric, Repeated, Scene, knob, titles, union_members

MOST_TASKS = 10
TRAINING_DIGITS = 4000
LIMIT = 240  # seconds that a run may take on one thread, as `seconds` estimates it
WIDTHS = {"small": (100, 100), "medium": (400, 400), "homework": (1024, 512, 256)}


def _lam(default: float, low: float, high: float, help: str = "How strongly the old weights are held.") -> float:
    return knob(default, "Strength", help, symbol="λ", ge=low, le=high, log=True)


def _samples() -> int:
    return knob(
        512,
        "Samples for Ω",
        "The importance Ω is measured on so many digits of the finished task.",
        unit="digits",
        ge=16,
        le=1024,
        step=16,
        fine=True,
    )


def _budget() -> int:
    return knob(
        500,
        "Memory",
        "How many old digits may be kept, for all old tasks together.",
        unit="digits",
        ge=10,
        le=2000,
        step=10,
    )


class _Method(Frozen):
    """TITLE: what a method is called. KEEPS: what it has to remember besides the network. FAMILIAR: it is among those that a
    comparison begins with."""

    TITLE: ClassVar[str]
    KEEPS: ClassVar[str]
    FAMILIAR: ClassVar[bool] = False


class Finetune(_Method):
    """Go on training, and protect nothing: what every method is compared with."""

    name: Literal["finetune"] = "finetune"
    TITLE: ClassVar[str] = "Fine-tuning"
    KEEPS: ClassVar[str] = "nothing"
    FAMILIAR: ClassVar[bool] = True


class L2(_Method):
    """Hold every weight equally: Ω = 1."""

    name: Literal["l2"] = "l2"
    TITLE: ClassVar[str] = "L2"
    KEEPS: ClassVar[str] = "the old weights"
    FAMILIAR: ClassVar[bool] = True
    lam: float = _lam(0.1, 0.001, 10)


class EWC(_Method):
    """Hold each weight by its Fisher information, with one anchor for each task (Kirkpatrick et al. 2017)."""

    name: Literal["ewc"] = "ewc"
    TITLE: ClassVar[str] = "EWC"
    KEEPS: ClassVar[str] = "Ω and the old weights, for each task"
    FAMILIAR: ClassVar[bool] = True
    lam: float = _lam(20, 0.1, 1_000_000)
    estimate: Literal["exact", "sampled", "empirical", "batch"] = knob(
        "exact",
        "Fisher estimate",
        "Which gradients are squared. The square of a batch's mean gradient is a common "
        "mistake, and no Fisher information.",
        names={"exact": "exact", "sampled": "sampled class", "empirical": "true label", "batch": "batch mean, squared"},
    )
    samples: int = _samples()


class OnlineEWC(_Method):
    """One running Fisher and one anchor, so that memory does not grow with the tasks (Schwarz et al. 2018)."""

    name: Literal["online_ewc"] = "online_ewc"
    TITLE: ClassVar[str] = "Online EWC"
    KEEPS: ClassVar[str] = "Ω and the old weights"
    lam: float = _lam(20, 0.1, 1_000_000)
    gamma: float = knob(
        1.0,
        "Decay of Ω",
        "The old Fisher information is multiplied by γ after each task. 1 keeps all of it.",
        symbol="γ",
        ge=0,
        le=1,
        step=0.05,
    )
    samples: int = _samples()


class MAS(_Method):
    """Hold the weights to which the answer is sensitive; no labels are needed (Aljundi et al. 2018)."""

    name: Literal["mas"] = "mas"
    TITLE: ClassVar[str] = "MAS"
    KEEPS: ClassVar[str] = "Ω and the old weights"
    FAMILIAR: ClassVar[bool] = True
    lam: float = _lam(0.02, 0.0001, 10)
    samples: int = _samples()


class SI(_Method):
    """Hold the weights that made the loss fall, summed along the path of training (Zenke, Poole, Ganguli 2017)."""

    name: Literal["si"] = "si"
    TITLE: ClassVar[str] = "SI"
    KEEPS: ClassVar[str] = "Ω and the old weights"
    lam: float = _lam(10, 0.01, 10_000)
    damping: float = knob(
        0.1,
        "Damping",
        "Added to the squared distance that each weight moved. It avoids a division by zero.",
        symbol="ξ",
        ge=0.0001,
        le=1,
        log=True,
        fine=True,
    )


class RWalk(_Method):
    """Fisher information and the score of the path together (Chaudhry et al. 2018)."""

    name: Literal["rwalk"] = "rwalk"
    TITLE: ClassVar[str] = "RWalk"
    KEEPS: ClassVar[str] = "Fisher, score and the old weights"
    lam: float = _lam(2, 0.01, 1000)
    alpha: float = knob(
        0.4,
        "Weight of new Fisher",
        "Weight of the newest Fisher information in the running average.",
        symbol="α",
        ge=0.05,
        le=1,
        step=0.05,
        fine=True,
    )


class SCP(_Method):
    """Hold the weights that move the mean output, seen from random directions (Kolouri et al. 2020)."""

    name: Literal["scp"] = "scp"
    TITLE: ClassVar[str] = "SCP"
    KEEPS: ClassVar[str] = "Ω and the old weights"
    lam: float = _lam(10, 0.01, 10_000)
    projections: int = knob(
        100,
        "Projections",
        "Number of random directions in the space of outputs.",
        symbol="L",
        ge=1,
        le=200,
        step=1,
        fine=True,
    )
    samples: int = _samples()


class Replay(_Method):
    """Keep a few old digits and train on them as well: rehearsal."""

    name: Literal["replay"] = "replay"
    TITLE: ClassVar[str] = "Replay"
    KEEPS: ClassVar[str] = "old digits"
    FAMILIAR: ClassVar[bool] = True
    budget: int = _budget()


class ICaRL(_Method):
    """Keep digits that stand for their class, and let the nearest class mean answer (Rebuffi et al. 2017)."""

    name: Literal["icarl"] = "icarl"
    TITLE: ClassVar[str] = "iCaRL"
    KEEPS: ClassVar[str] = "old digits"
    budget: int = _budget()


class Generative(_Method):
    """Keep no digit: a generator dreams old ones up, and the old network labels them (Shin et al. 2017)."""

    name: Literal["generative"] = "generative"
    TITLE: ClassVar[str] = "Generative replay"
    KEEPS: ClassVar[str] = "a generator and the old network"
    replayed: int = knob(
        50,
        "Share of dreams",
        "How much dreamt digits count in the loss; new digits count the rest.",
        unit="%",
        symbol="s",
        ge=0,
        le=95,
        step=5,
    )
    generator_steps: int = knob(
        600,
        "Dream training",
        "Steps that the generator learns in each task.",
        unit="steps",
        ge=50,
        le=2000,
        step=50,
    )
    latent: int = knob(
        16, "Size of the code", "Numbers in the code z from which a digit is drawn.", ge=2, le=64, step=2, fine=True
    )


class GEM(_Method):
    """Turn each step so that the loss on the memory of no old task rises (Lopez-Paz, Ranzato 2017)."""

    name: Literal["gem"] = "gem"
    TITLE: ClassVar[str] = "GEM"
    KEEPS: ClassVar[str] = "old digits"
    budget: int = _budget()
    margin: float = knob(
        0.5,
        "Margin",
        "A larger margin favours old tasks. It is the lowest value of each dual variable when a step must change.",
        symbol="γ",
        ge=0,
        le=2,
        step=0.1,
        fine=True,
    )


class AGEM(_Method):
    """Turn each step so that the mean loss on a batch from the memory does not rise (Chaudhry et al. 2019)."""

    name: Literal["agem"] = "agem"
    TITLE: ClassVar[str] = "A-GEM"
    KEEPS: ClassVar[str] = "old digits"
    budget: int = _budget()


class LwF(_Method):
    """Teach the new network the old one's answers to the new images (Li, Hoiem 2016)."""

    name: Literal["lwf"] = "lwf"
    TITLE: ClassVar[str] = "LwF"
    KEEPS: ClassVar[str] = "the old network"
    lam: float = _lam(1, 0.01, 100, "How strongly the old network's answers count.")
    temperature: float = knob(
        2.0,
        "Temperature",
        "Divides the logits before the softmax. A higher T gives softer answers.",
        symbol="T",
        ge=1,
        le=10,
        step=0.5,
    )


class Progressive(_Method):
    """A new column for each task, the old ones frozen (Rusu et al. 2016)."""

    name: Literal["progressive"] = "progressive"
    TITLE: ClassVar[str] = "Progressive columns"
    KEEPS: ClassVar[str] = "every old column"


class PackNet(_Method):
    """Prune each task's weights, freeze what is left, and learn the next task with the rest (Mallya, Lazebnik 2018)."""

    name: Literal["packnet"] = "packnet"
    TITLE: ClassVar[str] = "PackNet"
    KEEPS: ClassVar[str] = "which task owns each weight"
    pruned: int = knob(
        75,
        "Pruned share",
        "After two thirds of its steps each task gives back this share of the weights that it found free. The next task "
        "learns with them.",
        unit="%",
        ge=10,
        le=95,
        step=5,
    )


class Orders(_Method):
    """Fine-tune on the tasks in every order at once, to see whether the order matters."""

    name: Literal["orders"] = "orders"
    TITLE: ClassVar[str] = "Every order"
    KEEPS: ClassVar[str] = "nothing"
    repeats: int = knob(5, "Seeds of each order", "Each order is trained from so many seeds.", ge=2, le=5, step=1)


class Joint(_Method):
    """Train on all tasks so far together, as if nothing had to be given away."""

    name: Literal["joint"] = "joint"
    TITLE: ClassVar[str] = "Joint training"
    KEEPS: ClassVar[str] = "all digits of all tasks"
    FAMILIAR: ClassVar[bool] = True


Method = (
    Finetune
    | L2
    | EWC
    | OnlineEWC
    | MAS
    | SI
    | RWalk
    | SCP
    | Replay
    | ICaRL
    | Generative
    | GEM
    | AGEM
    | LwF
    | Progressive
    | PackNet
    | Orders
    | Joint
)


class LifelongSettings(Repeated):
    """What a run of the life-long learning lab needs."""

    stream: Literal["permuted", "rotated", "split"] = knob(
        "permuted",
        "Tasks",
        "What changes from task to task: the order of the pixels, the angle, or the digits.",
        names={"permuted": "permuted pixels", "rotated": "rotated digits", "split": "split digits"},
    )
    incremental: Literal["task", "domain", "class"] = knob(
        "domain",
        "Scenario",
        "“Task”: at test the network is told the task. “Domain” and “class”: it is not, and in “class” all outputs "
        "compete.",
        names={"task": "task", "domain": "domain", "class": "class"},
    )
    turn: int = knob(
        180,
        "Whole turn",
        "Of rotated digits: how far the last task turns them; the other tasks lie evenly between.",
        unit="°",
        ge=0,
        le=180,
        step=5,
    )
    tasks: int = knob(
        5, "Number of tasks", "They come one after the other and never come back.", ge=2, le=MOST_TASKS, step=1
    )
    network: Literal["small", "medium", "homework"] = knob(
        "small",
        "Network",
        "Widths of the dense layers between the 784 pixels and the outputs.",
        fine=True,
        names={"small": "100 – 100", "medium": "400 – 400", "homework": "1024 – 512 – 256"},
    )
    epochs: int = knob(8, "Epochs", "Passes over the training digits of each task.", ge=1, le=40, step=1)
    batch: Literal[16, 32, 64, 128, 256] = knob(
        64, "Batch size", "Training digits in one step.", unit="digits", fine=True
    )
    learning_rate: float = knob(
        0.001,
        "Learning rate",
        "Learning rate of Adam, which starts anew with each task.",
        symbol="η",
        ge=0.00001,
        le=0.1,
        log=True,
        fine=True,
    )
    method: Method = Field(
        EWC(),
        discriminator="name",
        title="Method",
        description="How forgetting is prevented.",
        json_schema_extra={"names": titles(Method)},
    )

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> Mapping[str, str]:
        if chosen.get("method") != "orders":
            return {}
        return {
            "network": "All orders are trained with a network of one hidden layer of 32 neurons.",
            "seeds": "Every order is trained with several seeds already.",
        }

    @model_validator(mode="after")
    def _fits(self) -> "LifelongSettings":
        if self.stream == "split" and self.tasks > 5 and self.incremental != "class":
            raise ValueError(
                f"Ten digits are too few for {self.tasks} tasks: some tasks would have one digit only, and "
                "nothing to tell apart; choose at most 5 tasks, or class-incremental"
            )
        if (whole := self.together * seconds(self)) > LIMIT:
            raise ValueError(
                f"This run would take about {whole / 60:.0f} minutes, and {LIMIT // 60} are "
                "allowed; one seed, fewer epochs or tasks, larger batches or a smaller network shorten it"
            )
        return self


def outputs_of(settings: LifelongSettings) -> int:
    """How many logits the network has: as many as one task has classes (domain), or as all tasks have together."""
    if settings.stream == "split":
        return -(-10 // settings.tasks) if settings.incremental == "domain" else 10
    return 10 if settings.incremental == "domain" else 10 * settings.tasks


def shares(tasks: int) -> list[range]:
    """Which digits each task of a split stream gets: 0–9 in order, as evenly as possible, the larger parts first."""
    size, more = divmod(10, tasks)
    starts = [i * size + min(i, more) for i in range(tasks + 1)]
    return [range(a, b) for a, b in zip(starts, starts[1:])]


def orders_of(tasks: int) -> int:
    """How many orders a run of “Every order” trains: all of up to four tasks, ten of more."""
    return factorial(tasks) if tasks <= 4 else 10


def competing(settings: LifelongSettings, number: int, latest: int) -> int:
    """How many outputs compete for task `number` while task `latest` is the newest; both from 0. See `tasks.active`."""
    classes = [len(part) for part in shares(settings.tasks)] if settings.stream == "split" else [10] * settings.tasks
    match settings.incremental:
        case "task":
            return classes[number]
        case "domain":
            return max(classes)
        case "class":
            return sum(classes[: max(number, latest) + 1])


def guessing(number: int, settings: LifelongSettings) -> float | None:
    """Accuracy of random answers on task `number` (from 0) at the end of the run, in percent; None without that task."""
    return 100 / competing(settings, number, settings.tasks - 1) if number < settings.tasks else None


def guessing_all(settings: LifelongSettings) -> float:
    """Average accuracy of random answers on all tasks at the end of the run, in percent."""
    return sum(guessing(number, settings) for number in range(settings.tasks)) / settings.tasks


def steps_of_task(settings: LifelongSettings) -> int:
    """Steps of one task, roughly where the digits cannot be divided evenly."""
    digits = TRAINING_DIGITS // (settings.tasks if settings.stream == "split" else 1)
    return settings.epochs * -(-digits // settings.batch)


def seconds(settings: LifelongSettings) -> float:
    """About how long a run takes on one thread: what the limit is drawn with, not what the page promises.

    Measured on one machine: 70 ps for each weight and digit of a batch, 6 ns for each weight that Adam or a penalty
    touches, 28 ps for each weight and digit of a test.
    """
    if settings.method.name == "orders":  # networks of 26,000 weights
        nets = orders_of(settings.tasks) * settings.method.repeats
        step = 1e-4 + 3e-6 * settings.batch
        return 2 + settings.tasks * nets * (steps_of_task(settings) * step + 0.008 * settings.tasks)
    widths, tasks, name = (784, *WIDTHS[settings.network], outputs_of(settings)), settings.tasks, settings.method.name
    used = touched = sum((a + 1) * b for a, b in zip(widths, widths[1:]))  # weights that answer, weights that learn
    if name == "progressive":  # all columns so far answer, with their lateral connections; the newest learns
        lateral = sum(a * b for a, b in zip(widths[1:], widths[2:]))
        used = sum(k * used + k * (k - 1) / 2 * lateral for k in range(1, tasks + 1)) / tasks
        touched += (tasks - 1) / 2 * lateral
    passes = {
        "replay": 2,
        "generative": 2.4,
        "icarl": 2.6,
        "agem": 2,
        "gem": (1 + tasks) / 2,
        "joint": (1 + tasks) / 2,
        "rwalk": 1.2,
        "lwf": 1.3,
        "progressive": 0.5,
    }.get(name, 1)
    held = (tasks - 1) / 2 if name == "ewc" else 1
    asked = (tasks + 1) / 2 if name == "packnet" and settings.incremental != "task" else 1  # masks for each answer
    step = 0.0008 + used * 7e-11 * settings.batch * passes + touched * 6e-9 * (1 + held)
    looks = 18 * tasks * (tasks + 1) / 2 * used * asked * 2.8e-8 / (tasks if settings.stream == "split" else 1)
    dreaming = 0.005 * (tasks - 1) * settings.method.generator_steps if name == "generative" else 0
    return 2 + tasks * steps_of_task(settings) * step + looks + dreaming


METRICS = {
    "average": Metric("Average", "%", role="whole", chance=Chance(guessing_all)),
    "forgetting": Metric(
        "Forgetting", "points", role="whole", chart="forgetting", chance=Chance(0.0, "learning nothing")
    ),
}
METRICS |= {
    f"task_{i + 1}": Metric(f"Task {i + 1}", "%", role=f"task{i + 1}", chance=Chance(partial(guessing, i)))
    for i in range(MOST_TASKS)
}
METRICS |= {
    "best_order": Metric("Best order", "%", role="whole", chart="orders", chance=Chance(guessing_all)),
    "worst_order": Metric("Worst order", "%", role="control", chart="orders", chance=Chance(guessing_all)),
    "loss": Metric("Loss", role="control", chart="loss", log=True),
    "penalty": Metric("Penalty × λ", role="control", chart="penalty", log=True),
}

# With more epochs or smaller steps fine-tuning forgets little once the task is told, and EWC has nothing to cure.
SPLIT = {"stream": "split", "incremental": "class", "epochs": 3, "batch": 32, "learning_rate": 0.004}
SCENES = (
    Scene(
        "forget-everything", LifelongSettings(method=Finetune()), ("method", "stream", "incremental", "tasks", "epochs")
    ),
    Scene("ewc-against-forgetting", LifelongSettings(), ("method", "lam", "stream", "tasks", "epochs")),
    Scene(
        "batch-fisher",
        LifelongSettings(method=EWC(estimate="batch")),
        ("method", "estimate", "lam", "samples", "epochs"),
    ),
    Scene(
        "class-incremental",
        LifelongSettings(**SPLIT, method=EWC(lam=100)),
        ("method", "incremental", "lam", "stream", "tasks"),
    ),
    Scene("replay", LifelongSettings(**SPLIT, method=Replay()), ("method", "budget", "incremental", "tasks", "epochs")),
    Scene(
        "prune-and-pack",
        LifelongSettings(incremental="task", method=PackNet()),
        ("method", "pruned", "incremental", "tasks", "epochs"),
        more=True,
    ),
    Scene(
        "dream-replay",
        LifelongSettings(**SPLIT, method=Generative()),
        ("method", "replayed", "generator_steps", "incremental", "tasks", "epochs"),
        more=True,
    ),
    Scene(
        "does-it-help",
        LifelongSettings(stream="rotated", turn=40, epochs=2, method=Finetune()),
        ("method", "stream", "turn", "tasks", "epochs"),
        more=True,
    ),
    Scene(
        "which-order",
        LifelongSettings(stream="rotated", turn=90, tasks=3, epochs=2, method=Orders()),
        ("method", "stream", "turn", "tasks", "repeats", "epochs"),
        more=True,
    ),
)

SHIPPED = {f"lifelong-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {  # every other method
    f"lifelong-{name.replace('_', '-')}": LifelongSettings(method={"name": name})
    for name in union_members(LifelongSettings.model_fields["method"])
    if name not in {scene.settings.method.name for scene in SCENES}
}
SHIPPED["lifelong-rehearsal"] = LifelongSettings(method=Replay())  # the scene called replay is on another stream
SHIPPED["lifelong-split-finetune"] = LifelongSettings(**SPLIT, method=Finetune())  # the control of class-incremental
