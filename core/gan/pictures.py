"""The pictures that a run carries: what was seen of both players at every evaluation."""

from core.pictures import Kind

REAL = Kind(
    "real", "n 2 | n 28 28", "real examples that are not taught: points, or 8-bit pictures; once, before the first step"
)
FAKE = Kind("fake", "n 2", "what G makes of the first codes, on the plane")
FILM = Kind("film", "n 28 28", "what G makes of the first codes, as 8-bit pictures")
FIELD = Kind("field", "rows columns", "how real D finds every place of the plane, 8-bit, rows from below, 255 is real")
ARROWS = Kind("arrows", "n 2", "where G's loss pushes the first fakes")
LATTICE = Kind("lattice", "lines lines 2", "a grid of codes, bent over the plane by G; of one number a single line")
SCORES = Kind("scores", "2 n", "D's raw scores of real examples, then of fakes")
CYCLE = Kind(
    "cycle",
    "2 3 n 28 28",
    "two sets, upright first: digits, what is made of them, and what comes back, as 8-bit pictures",
)
PHASE = Kind("phase", "1", "which player has just learned, in slow motion: 0 is D, 1 is G")
