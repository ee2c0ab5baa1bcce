"""The eight small pictures on Home: what one sees in each lab, drawn from the shipped runs.

python -m pages.views.home.thumbnails      writes assets/labs/<lab>.png again
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core import runs
from core.attack import pictures as attack_pictures
from core.explain import pictures as explain_pictures
from core.lifelong import pictures as lifelong_pictures
from core.seq2seq import pictures as seq2seq_pictures
from pages.parts import canvas, rasters, shown
from pages.parts.canvas import INK, PANEL, TALL, WIDE, Canvas
from pages.parts.figures import COLOURS, DIVERGING, SEQUENTIAL
from pages.parts.overlay import overlay
from pages.parts.shown import Shown

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "labs"
UNKNOWN = "#262C37"  # a task that was not learned yet
NOTHING = "#2A303C"  # a weight of zero


def transfer() -> Canvas:
    """The features of both domains as two clouds, with some of the pictures that they belong to."""
    from core.transfer.analysis import thumbnail

    clouds, drawn, side = thumbnail.clouds(_run("transfer-it-worked-in-the-lab")), Canvas(), 42
    places = canvas.within(clouds.places, side)
    roles = ["before" if i < clouds.half else "after" for i in range(len(places))]
    for (x, y), role in zip(places, roles):
        drawn.dot(x, y, 5, COLOURS[role] + "C0")
    for i in thumbnail.apart(places, 16, 1.35 * side):
        x, y = places[i] - side / 2
        drawn.picture(clouds.digits[i], x, y, side, side, COLOURS[roles[i]])
    return drawn


def lifelong() -> Canvas:
    """The matrix of accuracies: a column for each task under one of its digits, a row for each task learned."""
    from core.lifelong.analysis import thumbnail

    run, drawn, wide, tall, top = _run("lifelong-l2"), Canvas(), 84, 46, 70
    matrix = run.last(lifelong_pictures.MATRIX)
    shades = rasters.between(SEQUENTIAL, (matrix - 10) / 90)
    for j, digit in enumerate(thumbnail.digits(run)):
        x = 30 + wide * j
        drawn.picture(digit, x + 14, 8, 56, 56)
        for i in range(len(matrix)):
            shade = shades[i, j] if i >= j else UNKNOWN
            drawn.square(x + 2, top + tall * i + 2, wide - 4, tall - 4, shade)
    return drawn


def anomaly() -> Canvas:
    """Digits in the order of their scores, over the scores of all normals and anomalies."""
    from core.anomaly.analysis import thumbnail

    found, drawn, side = thumbnail.thumbnail(_run("anomaly-autoencoder")), Canvas(), 52
    for heights, role in ((found.normal, "before"), (found.anomalous, "danger")):
        for i, height in enumerate(heights):
            drawn.square(15 + 11.5 * i, 312 - 150 * height, 10, 150 * height, COLOURS[role] + "C0")
    for i, example in enumerate(found.examples):
        x, hue = 16 + 56.5 * i, COLOURS["danger" if example.is_anomaly else "before"]
        drawn.line([(x + side / 2, 20 + side), (15 + 450 * example.place, 150)], hue, 2)
        drawn.picture(example.picture, x, 14, side, side, hue)
    return drawn


def gan() -> Canvas:
    """The plane: the ring of real points, the fakes, and how real D finds every place."""
    from core.gan.analysis import duel

    run, drawn, unit = _run("gan-the-duel"), Canvas(), TALL / 2.5  # pixels
    look = duel.from_step(run, 900)
    ground = canvas.rgb(PANEL)
    stops = zip(canvas.rgb(COLOURS["after"]), ground, canvas.rgb(COLOURS["before"]))
    hues = np.stack([np.interp(look.field[::-1] / 255, [0.2, 0.5, 0.8], stop) for stop in stops], -1)
    drawn.ground((0.5 * hues + 0.5 * np.array(ground)).astype(np.uint8), 3 * unit / len(look.field))
    for points, role in ((duel.real(run), "before"), (look.fake, "after")):
        for x, y in points.astype(np.float32):
            drawn.dot(WIDE / 2 + x * unit, TALL / 2 - y * unit, 5, COLOURS[role] + "E0")
    return drawn


def seq2seq() -> Canvas:
    """A word, the sounds that the network says, and where it looked before each."""
    from core.seq2seq.analysis import film

    run, drawn, word = _run("seq2seq-say-it"), Canvas(), "thought"
    row, said = run.facts["inputs"].index(word), run.last(seq2seq_pictures.SAID)
    sounds = film.named(run.facts, said[row])
    looked, __ = film.attention(run.facts, said, run.last(seq2seq_pictures.LOOKED), row)
    across = [WIDE * (i + 0.5) / len(word) for i in range(len(word))]
    below = [WIDE * (i + 0.5) / len(sounds) for i in range(len(sounds))]
    for weights, to in zip(looked, below):
        for weight, start in zip(weights, across):
            if weight > 0.02:
                hue = COLOURS["after"] + f"{round(255 * min(1, weight)):02X}"
                drawn.line([(start, 92), (to, 228)], hue, 2 + 9 * weight)
    lighter = rasters.between((COLOURS["after"], "#FFFFFF"), np.array([[0.35]]))[0, 0]
    for places, signs, y, hue in ((across, word, 58, INK), (below, sounds, 258, lighter)):
        for x, sign in zip(places, signs):
            drawn.word(sign, x, y, hue)
    return drawn


def compression() -> Canvas:
    """The same weights of one layer in the teacher and after Deep Compression: most are gone, the rest share few values."""
    drawn, name, rows, columns, side = Canvas(), "layers.7.weights.weight", 26, 19, 11.5
    for run_id, left in (("compression-teacher", 12), ("compression-deep-compression", 250)):
        weights = np.array(runs.load(run_id).models["model"].weights[name], np.float32)[:rows, :columns]
        shades = rasters.between((DIVERGING[0], NOTHING, DIVERGING[2]), 0.5 + weights / 0.12)
        for i, j in np.ndindex(weights.shape):
            drawn.square(left + side * j, 11 + side * i, side - 1.5, side - 1.5, shades[i, j])
    return drawn


def attack() -> Canvas:
    """The photo, the change magnified, and the photo that the network takes for a panda."""
    from core.attack.analysis.change import magnified

    run, drawn, side = _run("attack-a-panda-that-is-not"), Canvas(), 150
    clean, attacked = run.last(attack_pictures.CLEAN), run.last(attack_pictures.ATTACKED)
    tiles = (clean, magnified(clean, attacked).picture, attacked)
    for i, (tile, word) in enumerate(zip(tiles, ("cat", "+", "panda"))):
        x = 6 + 159 * i
        drawn.picture(tile, x, 46, side, side)
        drawn.word(word, x + side / 2, 250)
    return drawn


def explain() -> Canvas:
    """The photo, and the same photo under the map of what speaks for “cat”."""
    run, drawn = _run("explain-is-it-a-cat"), Canvas()
    photo, values = run.last(explain_pictures.INPUT), run.last(explain_pictures.MAP)
    for i, picture in enumerate((photo, overlay(photo, values))):
        tall, wide = picture.shape[:2]
        edge = wide // 8  # the middle, three quarters as wide as high
        drawn.picture(picture[:, edge : wide - edge], 240 * i, 0, 240, TALL)
    return drawn


CARDS: dict[str, Callable[[], Canvas]] = {
    "transfer": transfer,
    "lifelong": lifelong,
    "anomaly": anomaly,
    "gan": gan,
    "seq2seq": seq2seq,
    "compression": compression,
    "attack": attack,
    "explain": explain,
}


def _run(run_id: str) -> Shown:
    return shown.of(runs.load(run_id))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for lab, card in CARDS.items():
        card().done().quantize(256).save(FOLDER / f"{lab}.png", optimize=True)
        print(f"assets/labs/{lab}.png")


if __name__ == "__main__":
    main()
