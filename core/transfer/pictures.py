"""The pictures that a run of the transfer learning lab carries. Points are those of the cloud: some of each domain's test part."""

from core.pictures import Kind

REACH = 2.2  # where the moons' plane ends

WHO = Kind("who", "2 point", "of each point its domain (0 source, 1 target), and its class")
POINTS = Kind("points", "point 2", "where each point lies, of the moons")
CLOUD = Kind("cloud", "point 2", "the features of each point at an evaluation, from the axes of the first one")
WAY = Kind("way", "evaluation point 2", "the features of each point at every evaluation, from the axes of the last one")
FEATURES = Kind("features", "point feature", "what the last layer reads of each point at the end")
BORDER = Kind(
    "border",
    "place place",
    "how sure the network is of class 1 over the plane of the moons, from −REACH to REACH, rows from below",
)
CONFUSION = Kind("confusion", "class class", "counts on the target's whole test part at the end, rows true")
SAID = Kind("said", "class", "the answer to the first test picture of each class of the target, of objects, at the end")
SHARES = Kind(
    "shares",
    "3 class",
    "of each class its share in percent of the target's training part: the true one, that among the network's answers, and "
    "what the method makes of these",
)
