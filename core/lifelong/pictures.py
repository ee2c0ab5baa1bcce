"""The pictures that a run of the life-long learning lab carries."""

from core.pictures import Kind

MATRIX = Kind("matrix", "task task", "accuracy in percent on each task (column) after each task was learned (row)")
OMEGA = Kind("omega", "28 28", "Ω summed over all weights that a pixel has in the first layer, after a task")
MOVED = Kind("moved", "2 n", "Ω, and the distance |θ − θ*| moved in a task, of n weights drawn at random")
IMPORTANCE = Kind("importance_1", "n", "Ω of every weight after the first task")
PLANE = Kind("plane", "2 n", "two orthonormal directions in the space of all weights")
OWNED = Kind(
    "owned", "layer share", "share of each layer's weights that each task owns, the last: that is free, in percent"
)
PIXELS = Kind("owned_pixels", "task 28 28", "share of each pixel's weights that each task owns, in percent")
DREAMS = Kind("dreams", "n 28 28", "what the generator draws for the same n codes, 8-bit")
LABELS = Kind("dream_labels", "n", "the output that the network gives to each of these")
UNTRAINED = Kind("untrained", "task", "accuracy in percent on each task before the first step")
ORDERS = Kind("orders", "order task", "the orders in which the tasks are trained, tasks counted from 0")
ORDERED = Kind("ordered", "order seed task", "accuracy in percent on each task, of each order and seed")
PATH = Kind("path", "step 2", "the way of training through the second task, in the plane's coordinates from θ*_A")
