"""What a run says of itself at its end: whole sentences by case, kept in its summary as `note`.

The text is stored with the run, in files that are shipped, so these sentences stand here and not in the lecture text.
"""

from collections.abc import Iterable

from core.verdict import Verdict

SENTENCES = {
    # one picture
    "wanted-already": "Before the attack the network said “{before}”, which was the wanted answer already: the attack had "
    "nothing to win.",
    "wrong-already": "Before the attack the network said “{before}”, which was wrong already (it is a {label}): the attack had "
    "nothing to win.",
    "still": "The network still says “{name}” ({sure:.0f} %).",
    "now": "The network now says “{name}” ({sure:.0f} %).",
    "lost-in-rounding": "Before it was saved with 8 bits it was “{unrounded}”: so small a change is lost in rounding.",
    "to-noise": "To noise of the same size it says “{noise}” ({sure:.0f} %).",
    "nothing-changed": "No pixel changed.",
    "one-pixel": "1 pixel changed.",
    "few-pixels": "{changed:.0f} pixels changed.",
    "length": "The whole change is {length:.2f} long (L2), where one pixel from black to white is 1.",
    "largest": "No pixel moved by more than {largest:.0f} of 255 levels.",
    # many digits
    "still-right": "{right:.1f} % of {count} digits are still right ({before:.1f} % before the attack); under noise of the same "
    "size {noise:.1f} %.",
    "turned": "Of the digits that were right before, the attack turned {fooled:.1f} %, noise {noise:.1f} %.",
    "reached": "Of those that had another answer before, {reached:.1f} % say what was wanted, under noise {noise:.1f} %.",
    "undone": "Saving with 8 bits undid the attack on {undone:.1f} %.",
    # knobs that were made for the other kind of picture
    "thing-of-digits": "A digit classifier knows no “{thing}”: of its class number {wish} the last digit counts, so the answer "
    "wanted was {digit}.",
    "digit-of-photos": "The photo network knows no digits: the answer wanted was its class number {wish}, “{thing}”.",
    "small-for-digits": "ε = {epsilon:g}/255 is small for digits: {small} to 77 (0.1 to 0.3) is usual.",
    # robust accuracy
    "half-withstand": "Even at ε = {end} more than half of the answers withstand everything tried; strongest there: {attack}.",
    "half-lost": "Half of the answers are lost at ε = {half:.1f} of 255; at ε = {end}, {worst:.0f} % withstand everything tried; "
    "strongest there: {attack}.",
    # transfer
    "carried-over": "Still right, on average: {white:.0f} % where the attacker has the network itself, {black:.0f} % where he has "
    "one other, {ensemble:.0f} % where he has all others together, {noise:.0f} % under noise of the same size.",
    # a defence
    "ignorance": "Against an attacker who does not know it the defence keeps {blind:.0f} %; against one who does, {knowing:.0f} %.",
    "no-matter": "The defence keeps {blind:.0f} % whether the attacker knows it or not; without it {bare:.0f} % would be left.",
    "defended-noise": "Noise of the same size leaves {noise:.0f} %.",
    "no-gradients": "An attacker who follows the gradients of the defence itself finds none, and leaves {naive:.0f} %.",
    # detection
    "nothing-to-find": "No attack fooled the network, so there was nothing to find: ε is too small.",
    "found": "At {alarms} % false alarms it finds {blind:.0f} % of the attacks that do not know it, and {knowing:.0f} % of those "
    "that do; {unseen:.0f} % of all pictures get past it then.",
    "found-noise": "Of merely noisy pictures it calls {noise:.0f} % attacks.",
    # one change for all pictures
    "universal": "One change, learned from {count} other pictures.",
    "universal-says": "The network says “{name}” to this one, and “{noise}” to noise of the same size.",
    "universal-held-out": "Of all test digits {right:.1f} % are still right with the same change; under noise of the same size "
    "{noise:.1f} %.",
    # a patch
    "patch-says": "The network says “{name}” to this picture with the patch in its middle, and “{noise}” with a patch of random "
    "colours.",
    "patch-brings": "At random places the patch brings what is wanted in {share:.0f} %, a random one in {noise:.0f} % (pictures "
    "tried: {count}).",
    # a backdoor
    "backdoor": "{clean:.1f} % of the clean test digits are right.",
    "obeyed": "With the trigger {obeyed:.1f} % of the digits of other classes are read as {target}; with the same square elsewhere "
    "{control:.1f} %.",
    "poisoned": "Of {size} training digits {poisoned} were poisoned.",
    "clustered": "Activation clustering suspects label {label}, the least even one; the smaller group of the target's label holds "
    "{recall:.0f} % of the poisoned digits, a random group of that size {chance:.0f} %.",
    # randomised smoothing
    "promised": "Of {count} digits {smooth:.0f} % are certified and right, {near:.0f} % at radius 0.5 (L2, one pixel from black to "
    "white is 1); the median radius is {median:.2f}. Without noise the network itself is right on {clean:.1f} % of the test digits.",
    # adversarial training
    "trained": "{clean:.1f} % of the test digits are right; {worst:.1f} % of {judged} withstand FGSM and forty steps of PGD from "
    "five starts at ε = {epsilon:g}/255, and {noise:.1f} % noise of that size.",
}


def note(reached: Iterable[Verdict]) -> str:
    """The sentences of these cases, one after the other."""
    return " ".join(SENTENCES[each.case].format(**each.numbers) for each in reached)
