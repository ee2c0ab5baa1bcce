"""Settings of the sequence-to-sequence lab: a task, a network, and how long and by whose words it is taught."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from core.seq2seq import trivial
from core.seq2seq.networks import Attention, Network, OneVector, ParallelTransformer, SmallTransformer
from core.settings import Chance, Frozen, Metric, Scene, Settings, knob, titles


class Pronounce(Frozen):
    """Spelling into sounds: 125,000 English words of the CMU Pronouncing Dictionary."""

    THINGS: ClassVar[str] = "words"  # what many inputs are called, and what they are made of
    SIGNS: ClassVar[str] = "letters"
    READS: ClassVar[tuple[str, str]] = ("1 letter", "{} letters")  # counted: of an input, and of an answer
    SAYS: ClassVar[tuple[str, str]] = ("1 sound", "{} sounds")
    SIGN: ClassVar[str] = "letter"
    HINT: ClassVar[str] = "Any words, real or invented: a to z and the apostrophe; accents are dropped."
    NEW: ClassVar[str] = "not in the dictionary"  # of an input that is in none of the parts
    example: ClassVar[str] = "Lectern speaks your words"  # what stands in a field for one's own words
    hard: ClassVar[str] = "quiche"  # one word with which decoding can be watched; "": the first of the film
    name: Literal["pronounce"] = "pronounce"
    TITLE: ClassVar[str] = "spelling → sounds"
    stress: bool = knob(
        False,
        "With stress",
        "Vowels carry their stress: AH0 has none, AH1 the main stress, AH2 a weaker one.",
        fine=True,
    )


class Dates(Frozen):
    """Dates as 26 languages write them into ISO dates."""

    THINGS: ClassVar[str] = "dates"
    SIGNS: ClassVar[str] = "signs"
    READS: ClassVar[tuple[str, str]] = ("1 sign", "{} signs")
    SAYS: ClassVar[tuple[str, str]] = ("1 sign", "{} signs")
    SIGN: ClassVar[str] = "sign"
    HINT: ClassVar[str] = "A date in one of 26 languages, the month in letters or the year first."
    NEW: ClassVar[str] = "not among the phrases to learn from"
    example: ClassVar[str] = "5 de noviembre de 2026"
    hard: ClassVar[str] = ""
    name: Literal["dates"] = "dates"
    TITLE: ClassVar[str] = "dates → ISO dates"


class Toy(Frozen):
    """Random letters, to be turned around, sorted, or replaced by the next ones of the alphabet."""

    THINGS: ClassVar[str] = "sequences"
    SIGNS: ClassVar[str] = "letters"
    READS: ClassVar[tuple[str, str]] = ("1 letter", "{} letters")
    SAYS: ClassVar[tuple[str, str]] = ("1 letter", "{} letters")
    SIGN: ClassVar[str] = "letter"
    HINT: ClassVar[str] = "Letters of the alphabet that you chose under Alphabet size."
    hard: ClassVar[str] = ""
    name: Literal["toy"] = "toy"
    TITLE: ClassVar[str] = "toy sequences"
    rule: Literal["reverse", "sort", "next"] = knob(
        "reverse",
        "Rule",
        "What the network has to do with the letters.",
        names={"reverse": "reverse", "sort": "sort", "next": "next letter"},
    )
    alphabet: int = knob(10, "Alphabet size", "The number of different letters.", ge=2, le=26, step=1)
    longest: int = knob(
        8,
        "Longest sequence",
        "Letters in the longest training sequence. The test also has longer ones.",
        ge=4,
        le=16,
        step=1,
    )
    unknown: int = knob(
        0,
        "Unknown signs",
        "So many letters are digits, which are not in the vocabulary: 0 to 4 in training, 5 to 9 in the test.",
        unit="%",
        ge=0,
        le=50,
        step=5,
        fine=True,
    )

    @property
    def example(self) -> str:
        """As many different letters as there are, and no more than were learned at once; two digits at the end where there are some."""
        letters = "abcdefghijklmnop"[: min(self.alphabet, self.longest)]
        return letters[:-2] + "79" if self.unknown else letters


Task = Pronounce | Dates | Toy


class Live(Frozen):
    """A run to watch."""

    name: Literal["live"] = "live"
    TITLE: ClassVar[str] = "short, about 30 s"
    share: int = knob(
        50, "Training data", "The share of the training data that the network sees.", unit="%", ge=1, le=100, step=1
    )
    steps: int = knob(500, "Steps", "The number of gradient steps. Each step uses one batch.", ge=20, le=1500, step=20)


class Long(Frozen):
    """All data, many times: about half an hour. A checkpoint is written after every epoch, about once a minute; after Stop, Train goes
    on from the last one."""

    name: Literal["long"] = "long"
    TITLE: ClassVar[str] = "long, about 30 min"
    epochs: Literal[10, 20, 30] = knob(
        30,
        "Epochs",
        "Passes over all the data; 30 take about half an hour. After Stop, Train goes on from the last full epoch.",
        unit="",
    )


Effort = Live | Long


class Seq2SeqSettings(Settings):
    """What a run of the sequence-to-sequence lab needs."""

    ALIASES: ClassVar[Mapping[str, str]] = {
        "rate": "learning_rate",
        "passes": "epochs",
        "readers": "encoder_layers",
        "writers": "decoder_layers",
    }

    @classmethod
    def idle(cls, chosen: Mapping[str, Any]) -> dict[str, str]:
        """Knobs that change nothing beside the other choices, name → why in a sentence. chosen: flat, as the knobs stand."""
        found = {}
        if str(chosen.get("copy_input", False)).lower() == "true":
            found["smoothing"] = "A network that can copy learns without label smoothing."
        if chosen.get("network") == "parallel":
            found |= dict.fromkeys(("teacher", "sampling"), "This network reads none of the tokens that it has said.")
        return found

    task: Task = Field(
        Pronounce(),
        discriminator="name",
        title="Task",
        description="What goes in and what comes out.",
        json_schema_extra={"names": titles(Task)},
    )
    network: Network = Field(
        Attention(),
        discriminator="name",
        title="Network",
        description="How the decoder uses what was read.",
        json_schema_extra={"names": titles(Network)},
    )
    effort: Effort = Field(
        Live(),
        discriminator="name",
        title="Training",
        description="A short run to watch, or a long run on all the data.",
        json_schema_extra={"names": titles(Effort)},
    )
    teacher: float = knob(
        1.0,
        "Teacher forcing",
        "In training, how often the decoder reads the right last token instead of its own.",
        symbol="ε",
        ge=0,
        le=1,
        step=0.05,
    )
    sampling: Literal["constant", "linear", "sigmoid"] = knob(
        "constant",
        "Scheduled sampling",
        "How teacher forcing falls from 1 to its value during training.",
        names={"constant": "at once", "linear": "linear", "sigmoid": "inverse sigmoid"},
        fine=True,
    )
    dropout: float = knob(
        0.1, "Dropout", "The share of numbers set to 0 in training.", symbol="p", ge=0, le=0.5, step=0.05, fine=True
    )
    smoothing: float = knob(
        0.1,
        "Label smoothing",
        "This share of the target is spread over all tokens.",
        symbol=r"\epsilon_{ls}",
        ge=0,
        le=0.3,
        step=0.05,
        fine=True,
    )
    learning_rate: float = knob(
        0.004,
        "Learning rate",
        "The highest value for Adam. It rises for a fifth of the run, then falls.",
        symbol="η",
        ge=0.0001,
        le=0.03,
        log=True,
        fine=True,
    )
    batch: Literal[32, 64, 128, 256] = knob(
        128, "Batch size", "Sequences in one step, all of the same length.", fine=True
    )


METRICS = {  # of the examples of the development part, which no weight is learned from; the summary tells those of the test part
    "per": Metric(
        "Wrong tokens (PER)",
        "%",
        chart="errors",
        top=105,  # at first several 100 %
        chance=Chance(lambda settings: trivial.level(settings.task, 0), "fixed rule (PER)"),
    ),
    "wer": Metric(
        "Wrong answers (WER)",
        "%",
        role="danger",
        chart="errors",
        chance=Chance(lambda settings: trivial.level(settings.task, 1), "fixed rule (WER)"),
    ),
    "forced": Metric(
        "Wrong, last token given",
        "%",
        role="control",
        chart="errors",
        chance=Chance(lambda settings: trivial.level(settings.task, 2), "last token only"),
    ),
    "wer_unknown": Metric(
        "Wrong, unknown signs (WER)",
        "%",
        role="before",
        chart="errors",
        chance=Chance(lambda settings: trivial.level(settings.task, 1), "fixed rule (WER)"),
    ),
    "off_diagonal": Metric(
        "Attention off the diagonal",
        "%",
        chart="attention",
        chance=Chance(100 / 3, "even attention"),
        front=lambda settings: getattr(settings.network, "guide", 0) > 0,
    ),
    "loss": Metric(
        "Training loss", "nats per token", role="before", chart="loss", chance=None
    ),  # with dropout and label smoothing
    "dev_loss": Metric("Development loss", "nats per token", role="after", chart="loss", chance=None),
    "teacher": Metric("Right last token given (%)", role="neutral", chart="", chance=None),
}
LONG = {"effort": Long(), "learning_rate": 0.003}
SMALL = {"effort": Live(share=100, steps=600)}  # what 32 numbers of state can hold
SCENES = (
    Scene(
        "say-it",
        Seq2SeqSettings(network=Attention(hidden=128, layers=3), **LONG),
        knobs=("task", "network", "effort", "epochs", "hidden"),
    ),
    Scene(
        "one-vector-is-too-small",
        Seq2SeqSettings(network=OneVector(hidden=32), **SMALL),
        knobs=("network", "hidden", "cell", "steps"),
    ),
    Scene("greedy-or-beam", Seq2SeqSettings(), knobs=("task", "network", "hidden", "share", "steps")),
    Scene(
        "reversal-in-ten-seconds",
        Seq2SeqSettings(task=Toy(), effort=Live(share=100, steps=300)),
        knobs=("task", "network", "rule", "longest", "teacher"),
    ),
    Scene(
        "dates-of-the-world",
        Seq2SeqSettings(task=Dates(), effort=Live(share=100, steps=400)),
        knobs=("network", "share", "hidden", "steps"),
        more=True,
    ),
    Scene(
        "signs-it-never-saw",
        Seq2SeqSettings(
            task=Toy(rule="next", unknown=25),
            network=Attention(copy_input=True, hidden=64),
            effort=Live(share=100, steps=400),
        ),
        knobs=("copy_input", "unknown", "rule", "hidden", "steps"),
        more=True,
    ),
    Scene(
        "keep-to-the-diagonal",
        Seq2SeqSettings(network=Attention(guide=1.0, hidden=64), effort=Live(share=50, steps=200)),
        knobs=("task", "guide", "hidden", "share", "steps"),
        more=True,
    ),
    Scene(
        "all-at-once",
        Seq2SeqSettings(network=ParallelTransformer()),
        knobs=("network", "task", "width", "share", "steps"),
        more=True,
    ),
)
SHIPPED = {f"seq2seq-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {  # what the scenes are held against
    "seq2seq-look-back": Seq2SeqSettings(network=Attention(hidden=32), **SMALL),
    "seq2seq-one-vector": Seq2SeqSettings(network=OneVector(hidden=144, layers=3), **LONG),
    "seq2seq-transformer": Seq2SeqSettings(network=SmallTransformer(width=96, encoder_layers=3), **LONG),
}
