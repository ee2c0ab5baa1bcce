"""The pictures that a run of the sequence-to-sequence lab carries: what is said to the inputs of its film, after every evaluation."""

from core.pictures import Kind

SAID = Kind("said", "input token", "the answer to each input as token numbers, 0 behind its end")
SURE = Kind("sure", "input token", "the network's probability of each token that it said, 0 to 1")
GENERATED = Kind(
    "generated", "input token", "p_gen: how far each token comes from the vocabulary and is not copied, 0 to 1"
)
LOOKED = Kind("looked", "input token letter", "attention: how much each letter weighs when a token is said; sums to 1")
