"""The pictures that a run of the explainable AI lab carries."""

from core.pictures import Kind

INPUT = Kind("input", "h w | h w 3", "the picture that is explained, 8-bit")
GROWING = Kind("growing", "h w", "the map as far as it has come, a photo's in coarse squares")
MAP = Kind("map", "h w", "the map: positive where a pixel speaks for the answer")
PAINTED = Kind("painted", "h w 1 | h w 3", "what excites the unit, with a prior, 8-bit")
WALKED = Kind("walked", "h w", "the generated picture on its way to the class asked for, 8-bit")
WALKED_PIXELS = Kind("walked_pixels", "h w", "the picture whose pixels are free, on the same way, 8-bit")
CONCEPT = Kind("concept", "example h w", "examples of the concept, 8-bit")
RANDOM = Kind("random", "example h w", "random pictures, 8-bit")
TCAV = Kind("tcav", "number layer class", "scores in % of concept, random concepts, control; p of concept and control")
TRAITS = Kind("traits", "answer example h w", "test digits by the answer to the trait that is asked for, 8-bit")
PAINTED_PLAIN = Kind("painted_plain", "h w 1 | h w 3", "what excites the unit, pixel by pixel, 8-bit")

PROBABILITY = "the answer's probability at equal shares of the pixels"
DELETION_MAP = Kind("deletion map", "share", f"{PROBABILITY}, hidden in the order of the map")
INSERTION_MAP = Kind("insertion map", "share", f"{PROBABILITY}, shown in the order of the map")
DELETION_RANDOM = Kind("deletion random", "share", f"{PROBABILITY}, hidden in an order that knows no network")
INSERTION_RANDOM = Kind("insertion random", "share", f"{PROBABILITY}, shown in an order that knows no network")
DELETION_INPUT = Kind("deletion input only", "share", f"{PROBABILITY}, hidden in the order of the picture alone")
INSERTION_INPUT = Kind("insertion input only", "share", f"{PROBABILITY}, shown in the order of the picture alone")

WAYS = ("deletion", "insertion")
ORDERS = ("map", "random", "input only")  # whose order: the map's, and those of two controls
CURVES = {
    ("deletion", "map"): DELETION_MAP,
    ("insertion", "map"): INSERTION_MAP,
    ("deletion", "random"): DELETION_RANDOM,
    ("insertion", "random"): INSERTION_RANDOM,
    ("deletion", "input only"): DELETION_INPUT,
    ("insertion", "input only"): INSERTION_INPUT,
}
