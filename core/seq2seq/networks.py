"""The networks that can be chosen, each with its knobs."""

from typing import ClassVar, Literal

from core.settings import Frozen, knob


def _cell() -> str:
    return knob(
        "lstm", "Cell", "The recurrent cell of the encoder and the decoder.", names={"lstm": "LSTM", "gru": "GRU"}
    )


def _hidden(default: int) -> int:
    return knob(
        default,
        "State size",
        "Numbers in the decoder's state. Both directions of the encoder together have as many.",
        ge=16,
        le=192,
        step=16,
    )


def _layers() -> int:
    return knob(1, "Layers", "Recurrent layers of the encoder.", ge=1, le=3, step=1, fine=True)


class OneVector(Frozen):
    """All that the decoder learns of the input is one vector (Cho et al. 2014; Sutskever et al. 2014)."""

    ATTENDS: ClassVar[bool] = False  # whether the decoder looks back at the letters, one token after the other
    RECURRENT: ClassVar[bool] = True  # whether states follow each other, so that there is one vector at the end
    AT_ONCE: ClassVar[bool] = False
    LEGEND: ClassVar[str] = "one vector of {}"  # with its size
    name: Literal["vector"] = "vector"
    TITLE: ClassVar[str] = "RNN with one vector"
    cell: Literal["lstm", "gru"] = _cell()
    hidden: int = _hidden(96)
    layers: int = _layers()

    @property
    def size(self) -> int:
        """Numbers in its state."""
        return self.hidden


class Attention(Frozen):
    """Before every output the decoder looks back at all states of the encoder (Bahdanau et al. 2015; Luong et al. 2015)."""

    ATTENDS: ClassVar[bool] = True
    RECURRENT: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = False
    LEGEND: ClassVar[str] = "attention, state of {}"
    name: Literal["attention"] = "attention"
    TITLE: ClassVar[str] = "RNN with attention"
    score: Literal["additive", "multiplicative"] = knob(
        "additive",
        "Attention score",
        "How attention compares the decoder's state with the state of a letter.",
        names={"additive": "additive (Bahdanau)", "multiplicative": "multiplicative (Luong)"},
    )
    copy_input: bool = knob(
        False,
        "Copying",
        "The decoder may copy a token of the input instead of choosing one from its vocabulary.",
        fine=True,
    )
    guide: float = knob(
        0.0,
        "Guided attention",
        "Weight of a loss that grows with the distance of attention from the diagonal: sounds follow letters in order.",
        symbol="λ",
        ge=0,
        le=5,
        step=0.25,
        fine=True,
    )
    cell: Literal["lstm", "gru"] = _cell()
    hidden: int = _hidden(96)
    layers: int = _layers()

    @property
    def size(self) -> int:
        """Numbers in its state."""
        return self.hidden


class SmallTransformer(Frozen):
    """Attention alone, without a recurrent state (Vaswani et al. 2017)."""

    ATTENDS: ClassVar[bool] = True
    RECURRENT: ClassVar[bool] = False
    AT_ONCE: ClassVar[bool] = False  # whether no token waits for the one before
    LEGEND: ClassVar[str] = "transformer of width {}"
    name: Literal["transformer"] = "transformer"
    TITLE: ClassVar[str] = "small transformer"
    width: int = knob(
        64,
        "Width",
        "Numbers in every vector. Each of the four heads works on a quarter of them.",
        ge=16,
        le=128,
        step=16,
    )
    encoder_layers: int = knob(
        2, "Encoder layers", "In each layer every letter looks at all letters.", ge=1, le=4, step=1, fine=True
    )
    decoder_layers: int = knob(
        2,
        "Decoder layers",
        "In each layer every token looks at the tokens before it, then at the letters.",
        ge=1,
        le=4,
        step=1,
        fine=True,
    )

    @property
    def size(self) -> int:
        """Numbers in each of its vectors."""
        return self.width


class ParallelTransformer(SmallTransformer):
    """All tokens at once: first the length, then every token by itself (Gu et al. 2018)."""

    AT_ONCE: ClassVar[bool] = True
    LEGEND: ClassVar[str] = "all at once, width {}"
    name: Literal["parallel"] = "parallel"
    TITLE: ClassVar[str] = "parallel transformer"


Network = Attention | OneVector | SmallTransformer | ParallelTransformer
