"""The pictures that a run of the life-long learning lab carries."""

from core.pictures import Kind

MATRIX = Kind("matrix", "task task", "accuracy in percent on each task (column) after each task was learned (row)")
OMEGA = Kind("omega", "28 28", "Ω summed over all weights that a pixel has in the first layer, after a task")
MOVED = Kind("moved", "2 n", "Ω, and the distance |θ − θ*| moved in a task, of n weights drawn at random")
IMPORTANCE = Kind("importance_1", "n", "Ω of every weight after the first task")
PLANE = Kind("plane", "2 n", "two orthonormal directions in the space of all weights")
PATH = Kind("path", "step 2", "the way of training through the second task, in the plane's coordinates from θ*_A")
