"""The pictures that a run of this lab carries."""

from core.pictures import Kind

ASKED = Kind("asked", "10 28 28", "the ten test digits that networks are asked, 8-bit")
SAYS = Kind("says", "network 10 10", "p(class | digit) of each network for the ten digits, at the run's temperature")
WEIGHTS = Kind("weights", "output input", "the upper left piece of the largest layer's weight matrix, at most 28 × 28")
SIZE = Kind("size", "2", "bytes of the network that the run began with, or is held against, and of its own")
GAMMA = Kind("gamma", "unit", "|γ| of every channel and neuron, from the first layer to the last")
KEPT = Kind("kept", "unit", "which channels and neurons stay: 1 for those that do")
LAYER_SPARSITY = Kind("layer_sparsity", "layer", "weights of each layer that are zero, in percent")
CODEBOOK = Kind("codebook", "value", "the shared values of the largest layer")
CONFUSION = Kind("confusion", "10 10", "test digits of a class (row) that were taken for a class (column)")
TICKETS = Kind(
    "tickets", "network neuron 28 28", "incoming weights of a few neurons of the first layer, in each network"
)
READ = Kind("read", "28 28", "how many neurons of the first layer read each pixel")
PASSING = Kind("passing", "example 28 28", "the test digits that are watched on their way through the exits, 8-bit")
LEFT = Kind(
    "left", "example 2", "of each watched digit: the exit that it leaves at, from 0, and 1 where the answer is right"
)
EXITS = Kind(
    "exits",
    "exit 3",
    "of each exit: test digits that leave there, how many of them are right, multiply–adds until then",
)
SPECTRUM = Kind(
    "spectrum", "layer value", "singular values of each layer's weight matrix, descending; NaN where there are none"
)
WIDTHS = Kind(
    "widths", "width 2", "test accuracy of each width in percent: as part of one network, and of one trained alone"
)
