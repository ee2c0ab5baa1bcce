"""Settings of the sequence-to-sequence lab: a task, a network, and how long and by whose words it is taught."""

from typing import Literal

from pydantic import Field

from core.seq2seq import trivial
from core.settings import Chance, Frozen, Metric, Scene, Settings, knob


class Pronounce(Frozen):
    """Spelling into sounds: 125,000 English words of the CMU Pronouncing Dictionary."""

    name: Literal["pronounce"] = "pronounce"
    stress: bool = knob(False, "With stress", "Vowels carry their stress: AH0 has none, AH1 the main stress, AH2 a weaker one.", fine=True)


class Dates(Frozen):
    """Dates as 26 languages write them into ISO dates."""

    name: Literal["dates"] = "dates"


class Toy(Frozen):
    """Random letters, to be turned around or sorted."""

    name: Literal["toy"] = "toy"
    rule: Literal["reverse", "sort"] = knob("reverse", "Rule", "What the network must learn to do with the letters.",
                                            names={"reverse": "reverse", "sort": "sort"})
    alphabet: int = knob(10, "Alphabet", "How many different letters there are.", ge=2, le=26, step=1)
    longest: int = knob(8, "Longest", "Letters of the longest training sequence; the test has sequences up to five letters longer.",
                        ge=4, le=16, step=1)


Task = Pronounce | Dates | Toy


def _cell() -> str:
    return knob("lstm", "Cell", "The recurrent cell of encoder and decoder.", names={"lstm": "LSTM", "gru": "GRU"})


def _hidden(default: int) -> int:
    return knob(default, "State", "Size of the decoder's state. Both directions of the encoder together have the same size.",
                ge=16, le=192, step=16)


def _layers() -> int:
    return knob(1, "Layers", "Layers of the encoder.", ge=1, le=3, step=1, fine=True)


class OneVector(Frozen):
    """All that the decoder learns of the input is one vector (Cho et al. 2014; Sutskever et al. 2014)."""

    name: Literal["vector"] = "vector"
    cell: Literal["lstm", "gru"] = _cell()
    hidden: int = _hidden(96)
    layers: int = _layers()


class Attention(Frozen):
    """Before every output the decoder looks back at all states of the encoder (Bahdanau et al. 2015; Luong et al. 2015)."""

    name: Literal["attention"] = "attention"
    score: Literal["additive", "multiplicative"] = knob(
        "additive", "Score", "How the decoder's state and a letter's state are compared.",
        names={"additive": "additive (Bahdanau)", "multiplicative": "multiplicative (Luong)"})
    cell: Literal["lstm", "gru"] = _cell()
    hidden: int = _hidden(96)
    layers: int = _layers()


class SmallTransformer(Frozen):
    """Attention alone, without a recurrent state (Vaswani et al. 2017)."""

    name: Literal["transformer"] = "transformer"
    width: int = knob(64, "Width", "Size of every vector; each of the four heads has a quarter of it.", ge=16, le=128, step=16)
    readers: int = knob(2, "Layers of the encoder", "In each layer every letter looks at all letters.", ge=1, le=4, step=1, fine=True)
    writers: int = knob(2, "Layers of the decoder", "In each layer every token looks at the tokens before it, then at the letters.",
                        ge=1, le=4, step=1, fine=True)


Network = Attention | OneVector | SmallTransformer


class Live(Frozen):
    """A run to watch."""

    name: Literal["live"] = "live"
    share: int = knob(50, "Share of the data", "How much of the training data the network sees.", unit="%", ge=1, le=100, step=1)
    steps: int = knob(500, "Steps", "Gradient steps, one batch each.", ge=20, le=1500, step=20)


class Long(Frozen):
    """All data, many times: about half an hour. A checkpoint is written after every pass, about once a minute; after Stop, Train goes
    on from the last one."""

    name: Literal["long"] = "long"
    passes: Literal[10, 20, 30] = knob(
        30, "Passes", "Over all the data; 30 take about half an hour on one core. A checkpoint is written after every pass: after Stop, "
        "Train goes on from the last one.", unit="")


Effort = Live | Long


class Seq2SeqSettings(Settings):
    """What a run of the sequence-to-sequence lab needs."""

    task: Task = Field(Pronounce(), discriminator="name", title="Task", description="What goes in and what comes out.",
                       json_schema_extra={"names": {"pronounce": "spelling → sounds", "dates": "dates → ISO dates",
                                                    "toy": "toy sequences"}})
    network: Network = Field(Attention(), discriminator="name", title="Network", description="How the decoder learns what was read.",
                             json_schema_extra={"names": {"attention": "encoder–decoder with attention",
                                                          "vector": "encoder–decoder, one vector", "transformer": "small transformer"}})
    effort: Effort = Field(Live(), discriminator="name", title="Training",
                          description="A short run to watch, or half an hour to learn all the data.",
                           json_schema_extra={"names": {"live": "short, about 30 s", "long": "long, about 30 min"}})
    teacher: float = knob(1.0, "Teacher forcing", "How often, in training, the decoder is given the right last token instead of its own. "
                          "Each token is drawn separately.", symbol="ε", ge=0, le=1, step=0.05)
    sampling: Literal["constant", "linear", "sigmoid"] = knob(
        "constant", "Scheduled sampling", "How teacher forcing falls to this value: at once, in a line from 1, or by an inverse sigmoid.",
        names={"constant": "at once", "linear": "in a line", "sigmoid": "inverse sigmoid"}, fine=True)
    dropout: float = knob(0.1, "Dropout", "Share of the numbers set to 0 in training.", symbol="p", ge=0, le=0.5, step=0.05, fine=True)
    smoothing: float = knob(0.1, "Label smoothing", "This share of the target is spread over all tokens.", symbol=r"\epsilon_{ls}", ge=0,
                            le=0.3, step=0.05, fine=True)
    rate: float = knob(0.004, "Learning rate", "Of Adam, at its highest; it rises for a fifth of the run, then falls.", symbol="η",
                       ge=0.0001, le=0.03, log=True, fine=True)
    batch: Literal[32, 64, 128, 256] = knob(128, "Batch", "Sequences of the same length in one step.", fine=True)


METRICS = {  # of the examples of the development part, which no weight is learned from; the summary tells those of the test part
    "per": Metric("Wrong tokens (PER), development part", "%", chart="errors on the development part", top=105,  # at first several 100 %
                  chance=Chance(lambda settings: trivial.level(settings.task, 0), "a fixed rule (PER)")),
    "wer": Metric("Wrong answers (WER), development part", "%", role="danger", chart="errors on the development part",
                  chance=Chance(lambda settings: trivial.level(settings.task, 1), "a fixed rule (WER)")),
    "forced": Metric("Wrong tokens, each last one given", "%", role="control", chart="errors on the development part",
                     chance=Chance(lambda settings: trivial.level(settings.task, 2), "by the last token alone")),
    "loss": Metric("Loss, training (with dropout and smoothing)", "nats per token", role="before", chart="loss", chance=None),
    "dev_loss": Metric("Loss, development part", "nats per token", role="after", chart="loss", chance=None),
    "teacher": Metric("Right last token given (%)", role="neutral", chart="", chance=None),
}
LONG = {"effort": Long(), "rate": 0.003}
SMALL = {"effort": Live(share=100, steps=600)}  # what 32 numbers of state can hold
SCENES = (
    Scene("say-it", Seq2SeqSettings(network=Attention(hidden=128, layers=3), **LONG)),
    Scene("one-vector-is-too-small", Seq2SeqSettings(network=OneVector(hidden=32), **SMALL)),
    Scene("greedy-or-beam", Seq2SeqSettings()),
    Scene("reversal-in-ten-seconds", Seq2SeqSettings(task=Toy(), effort=Live(share=100, steps=300))),
    Scene("dates-of-the-world", Seq2SeqSettings(task=Dates(), effort=Live(share=100, steps=400))),
)
SHIPPED = {f"seq2seq-{scene.slug}": scene.settings for scene in SCENES}
SHIPPED |= {  # what the scenes are held against
    "seq2seq-look-back": Seq2SeqSettings(network=Attention(hidden=32), **SMALL),
    "seq2seq-one-vector": Seq2SeqSettings(network=OneVector(hidden=144, layers=3), **LONG),
    "seq2seq-transformer": Seq2SeqSettings(network=SmallTransformer(width=96, readers=3), **LONG),
}
