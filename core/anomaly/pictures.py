"""The pictures that a run of this lab carries. Their names stand in stored runs and stay as they are."""

from core.pictures import Kind

IS_ANOMALY = Kind("odd", "test", "which test examples are anomalies: 1, and 0 for normals")
EVALUATED = Kind(
    "asked", "example", "places in the test part of the examples that every evaluation during a run scores"
)
EVALUATION = Kind("seen", "example", "their scores at one step")
INPUTS = Kind("inputs", "example 28 28", "the test pictures shown, the normals first, in 8 bits")
EXPECTED = Kind("expects", "example 28 28", "what the detector expects in the place of each, in 8 bits")
POINTS = Kind("points", "test 2", "the test points of the plane")
FIELD = Kind("field", "row column", "the score everywhere in the plane, rows from below")
LEARNED_SCORES = Kind("fit", "learned", "scores of the examples that were learned, at the end")
CALIBRATION_SCORES = Kind(
    "held", "normal", "scores of the held-out normals that say where a threshold lies, at the end"
)
RELIABILITY = Kind(
    "sure",
    "temperature number bin",
    "of a classifier at its own temperature and at the fitted one: mean confidence, share of right answers, share of the test "
    "normals in each bin of confidence",
)
TEST_SCORES = Kind("test", "test", "scores of the whole test part, at the end")
