"""The pictures that a run of the adversarial attack lab carries. Pictures are 8-bit, photos of three colours."""

from core.pictures import Kind

PICTURE = "height width | height width 3"

CLEAN = Kind("clean", PICTURE, "the picture before the attack")
ATTACKED = Kind("attacked", PICTURE, "the attacked picture, as it would be saved")
CHANGE = Kind("change", PICTURE, "what one change for all pictures adds to this one, in levels of 255")
MANY_CLEAN = Kind("many_clean", "digit 28 28", "some of many digits before the attack")
MANY_ATTACKED = Kind("many_attacked", "digit 28 28", "the same digits after the attack")
BECOMES = Kind("becomes", "10 10", "how many digits of a class (row) got which answer (column)")

MATRIX = Kind(
    "matrix", "made tried", "accuracy (%) of each network (column) on attacks made with each, last row: with all others"
)

CLEAN_DEFENDED = Kind("clean_defended", PICTURE, "the clean picture as the defence hands it on")
ATTACKED_DEFENDED = Kind("attacked_defended", PICTURE, "the attacked picture as the defence hands it on")
KNOWING = Kind("knowing", PICTURE, "the picture attacked by who knows the defence")
KNOWING_DEFENDED = Kind("knowing_defended", PICTURE, "the same as the defence hands it on")

SCORE_CLEAN = Kind("score clean", "n", "how suspicious clean digits look to the detector")
SCORE_NOISE = Kind("score noise", "n", "how suspicious noisy digits look")
SCORE_BLIND = Kind("score blind", "n", "how suspicious attacks look that do not know the detector and fool the network")
SCORE_KNOWING = Kind("score knowing", "n", "how suspicious attacks look that know the detector and fool the network")

POISONED = Kind("poisoned", "digit 28 28", "some training digits with the trigger and the wrong label")
BEFORE = Kind("untriggered", "digit 28 28", "some test digits of other classes than the target's")
TRIGGERED = Kind("triggered", "digit 28 28", "the same digits with the trigger")
SAYS = Kind("says", "row digit", "what the network says to these digits: clean, and with the trigger")

NOISY = Kind("noisy", "digit 28 28", "some test digits under Gaussian noise, clamped to be shown")
RADII = Kind("radii", "n", "the certified radius of each digit so far, L2; -1: certified and wrong, -2: no promise")

PATCH = Kind("patch", PICTURE, "the patch by itself")
