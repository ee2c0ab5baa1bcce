"""The eight small pictures on Home: what one sees in each lab, drawn from the shipped runs.

python -m pages.views.home.thumbnails      writes assets/labs/<lab>.png again
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core import runs
from pages.parts.figures import COLOURS, DIVERGING, SEQUENTIAL
from pages.parts.overlay import overlay

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "labs"
WIDE, TALL = 480, 320  # pixels of each picture; on the page it is about a third as wide
LETTER = 44  # size of a letter in them: 12 px on the page where the picture is 131 px wide
FINE = 2  # drawn so much larger, then reduced: edges are smooth
PANEL, INK = "#1B2029", "#E9E7E2"  # a panel of its own, so that a picture looks the same in both themes


class Panel:
    """A canvas in the picture's own pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDE * FINE, TALL * FINE), PANEL)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        ends = [FINE * (x - radius), FINE * (y - radius), FINE * (x + radius), FINE * (y + radius)]
        self.draw.ellipse(ends, fill=colour)

    def square(self, x: float, y: float, wide: float, tall: float, colour: str) -> None:
        """A rectangle, its left upper corner at x, y."""
        if FINE * min(wide, tall) >= 1:
            self.draw.rectangle([FINE * x, FINE * y, FINE * (x + wide) - 1, FINE * (y + tall) - 1], fill=colour)

    def line(self, places: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        self.draw.line([(FINE * x, FINE * y) for x, y in places], fill=colour, width=round(FINE * width))

    def picture(self, array: np.ndarray, x: float, y: float, wide: float, tall: float, frame: str = "") -> None:
        """An 8-bit picture (H, W) or (H, W, 3), its left upper corner at x, y; small ones keep their square pixels."""
        size = (round(FINE * wide), round(FINE * tall))
        how = Image.Resampling.NEAREST if len(array) < 60 else Image.Resampling.LANCZOS
        if frame:
            self.square(x - 3, y - 3, wide + 6, tall + 6, frame)
        self.image.paste(Image.fromarray(array).convert("RGB").resize(size, how), (round(FINE * x), round(FINE * y)))

    def word(self, text: str, x: float, y: float, colour: str = INK) -> None:
        """A word with its middle at x, y."""
        font = ImageFont.load_default(FINE * LETTER)
        self.draw.text((FINE * x, FINE * y), text, fill=colour, font=font, anchor="mm")

    def done(self) -> Image.Image:
        return self.image.resize((WIDE, TALL), Image.Resampling.LANCZOS)


def transfer() -> Panel:
    """The features of both domains as two clouds, with some of the pictures that they belong to."""
    from core.transfer.domains import pair
    from core.transfer.monitor import EACH, SHOWN, every_class

    run, panel, side = runs.load("transfer-it-worked-in-the-lab"), Panel(), 42
    cloud, both = np.array(run.pictures("way")[-1].array[-1], np.float32), pair(run.settings)
    digits = [every_class(data, EACH).test_x[:SHOWN].numpy() for data in (both.source, both.target)]
    places = _fit(cloud, side)
    for i, (x, y) in enumerate(places):
        panel.dot(x, y, 5, COLOURS["before" if i < SHOWN else "after"] + "C0")
    for i in _apart(places, 16, 1.35 * side):
        x, y = places[i] - side / 2
        digit = _pixels(digits[i // SHOWN][i % SHOWN])
        panel.picture(digit, x, y, side, side, COLOURS["before" if i < SHOWN else "after"])
    return panel


def lifelong() -> Panel:
    """The matrix of accuracies: a column for each task under one of its digits, a row for each task learned."""
    from core.lifelong.tasks import stream

    run, panel, wide, tall, top = runs.load("lifelong-l2"), Panel(), 84, 46, 70
    matrix = np.array(run.pictures("matrix")[-1].array)
    for j, task in enumerate(stream(run.settings)):
        x = 30 + wide * j
        panel.picture(_pixels(task.test_x[0].numpy()), x + 14, 8, 56, 56)
        for i, value in enumerate(matrix[:, j]):
            shade = _between(SEQUENTIAL, (value - 10) / 90) if i >= j else "#262C37"
            panel.square(x + 2, top + tall * i + 2, wide - 4, tall - 4, shade)
    return panel


def anomaly() -> Panel:
    """Digits in the order of their scores, over the scores of all normals and anomalies."""
    run, panel, side = runs.load("anomaly-autoencoder"), Panel(), 52
    test, odd = np.array(run.pictures("test")[-1].array), np.array(run.pictures("odd")[0].array, bool)
    low, high = float(test.min()), float(np.quantile(test, 0.98))
    edges = np.linspace(low, high, 40)
    for group, role in ((test[~odd], "before"), (test[odd], "danger")):
        count, _ = np.histogram(np.minimum(group, high), edges)
        for i, share in enumerate(count / count.max()):
            panel.square(15 + 11.5 * i, 312 - 150 * share, 10, 150 * share, COLOURS[role] + "C0")
    shown = _shown(run, test, odd)
    for i, (score, digit, strange) in enumerate(shown):
        x, hue = 16 + 56.5 * i, COLOURS["danger" if strange else "before"]
        at = 15 + 450 * min(1, (score - low) / (high - low))
        panel.line([(x + side / 2, 20 + side), (at, 150)], hue, 2)
        panel.picture(digit, x, 14, side, side, hue)
    return panel


def _shown(run: runs.Run, test: np.ndarray, odd: np.ndarray) -> list[tuple[float, np.ndarray, bool]]:
    """(score, picture, whether it is an anomaly) of three normals and five anomalies, spread over the scores of their kind."""
    from core.anomaly.datasets import dataset_of

    pictures, chosen = dataset_of(run.settings).test_x, []
    for kind, many in ((False, 3), (True, 5)):
        own = np.flatnonzero(odd == kind)
        own = own[np.argsort(test[own])]
        chosen += [own[round(share * (len(own) - 1))] for share in np.linspace(0.1, 0.9, many)]
    return sorted(
        ((float(test[i]), _pixels(pictures[i].numpy()), bool(odd[i])) for i in chosen), key=lambda each: each[0]
    )


def gan() -> Panel:
    """The plane: the ring of real points, the fakes, and how real D finds every place."""
    run, panel = runs.load("gan-the-duel"), Panel()
    real = np.array(run.pictures("real")[0].array, np.float32)
    fake, field = (next(np.array(e.array) for e in run.pictures(name) if e.step >= 900) for name in ("fake", "field"))
    unit = TALL / 2.5  # pixels
    stops = zip(_rgb(COLOURS["after"]), _rgb(PANEL), _rgb(COLOURS["before"]))
    shades = np.stack([np.interp(field[::-1] / 255, [0.2, 0.5, 0.8], stop) for stop in stops], -1)
    shades = (0.5 * shades + 0.5 * np.array(_rgb(PANEL))).astype(np.uint8)
    ground = Image.fromarray(np.pad(shades, ((0, 0), (20, 20), (0, 0)), "edge"))
    side = 3 * unit / len(field)
    size = (round(side * ground.width), round(side * ground.height))
    panel.picture(
        np.array(ground.resize(size, Image.Resampling.BICUBIC)), (WIDE - size[0]) / 2, (TALL - size[1]) / 2, *size
    )
    for points, role in ((real, "before"), (fake.astype(np.float32), "after")):
        for x, y in points:
            panel.dot(WIDE / 2 + x * unit, TALL / 2 - y * unit, 5, COLOURS[role] + "E0")
    return panel


def seq2seq() -> Panel:
    """A word, the sounds that the network says, and where it looked before each."""
    run, panel, word = runs.load("seq2seq-say-it"), Panel(), "thought"
    facts = run.events[0].facts
    number = facts["inputs"].index(word)
    said, looked = (np.array(run.pictures(name)[-1].array[number], np.float32) for name in ("said", "looked"))
    sounds = [facts["tokens"][int(token)] for token in said if token > 2]
    across = [WIDE * (i + 0.5) / len(word) for i in range(len(word))]
    below = [WIDE * (i + 0.5) / len(sounds) for i in range(len(sounds))]
    for weights, to in zip(looked, below):
        for weight, start in zip(weights[: len(word)], across):
            if weight > 0.02:
                panel.line(
                    [(start, 92), (to, 228)], COLOURS["after"] + f"{round(255 * min(1, weight)):02X}", 2 + 9 * weight
                )
    for places, signs, y, hue in ((across, word, 58, INK), (below, sounds, 258, _lighter(COLOURS["after"]))):
        for x, sign in zip(places, signs):
            panel.word(sign, x, y, hue)
    return panel


def compression() -> Panel:
    """The same weights of one layer in the teacher and after Deep Compression: most are gone, the rest share few values."""
    panel, name, rows, columns, side = Panel(), "layers.7.weights.weight", 26, 19, 11.5
    for run_id, left in (("compression-teacher", 12), ("compression-deep-compression", 250)):
        weights = np.array(runs.load(run_id).models["model"].weights[name], np.float32)[:rows, :columns]
        for i, j in np.ndindex(weights.shape):
            value = float(np.clip(0.5 + weights[i, j] / 0.12, 0, 1))
            shade = _between((DIVERGING[0], "#2A303C", DIVERGING[2]), value)
            panel.square(left + side * j, 11 + side * i, side - 1.5, side - 1.5, shade)
    return panel


def attack() -> Panel:
    """The photo, the change magnified, and the photo that the network takes for a panda."""
    from core.attack.analysis.change import magnified

    run, panel, side = runs.load("attack-a-panda-that-is-not"), Panel(), 150
    clean, attacked = (np.array(run.pictures(name)[-1].array) for name in ("clean", "attacked"))
    tiles = (clean, magnified(clean, attacked).picture, attacked)
    for i, (tile, word) in enumerate(zip(tiles, ("cat", "+", "panda"))):
        x = 6 + 159 * i
        panel.picture(tile, x, 46, side, side)
        panel.word(word, x + side / 2, 250)
    return panel


def explain() -> Panel:
    """The photo, and the same photo under the map of what speaks for “cat”."""
    run, panel = runs.load("explain-is-it-a-cat"), Panel()
    photo, values = (np.array(run.pictures(name)[-1].array) for name in ("input", "map"))
    for i, picture in enumerate((photo, overlay(photo, values))):
        tall, wide = picture.shape[:2]
        edge = wide // 8  # the middle, three quarters as wide as high
        panel.picture(picture[:, edge : wide - edge], 240 * i, 0, 240, TALL)
    return panel


CARDS: dict[str, Callable[[], Panel]] = {
    "transfer": transfer,
    "lifelong": lifelong,
    "anomaly": anomaly,
    "gan": gan,
    "seq2seq": seq2seq,
    "compression": compression,
    "attack": attack,
    "explain": explain,
}


# ---- parts ----


def _pixels(digit: np.ndarray) -> np.ndarray:
    """A picture (C, H, W) in [0, 1] as 8-bit (H, W, 3)."""
    return np.broadcast_to(np.rint(255 * digit).astype(np.uint8), (3, *digit.shape[1:])).transpose(1, 2, 0)


def _fit(points: np.ndarray, edge: float) -> np.ndarray:
    """Points (N, 2) stretched over the panel, y upwards, `edge` away from its sides; the farthest few are moved inwards."""
    low, high = np.quantile(points, 0.01, 0), np.quantile(points, 0.99, 0)
    share = np.clip((points - low) / (high - low), 0, 1)
    return edge / 2 + 6 + np.stack([share[:, 0], 1 - share[:, 1]], 1) * (np.array([WIDE, TALL]) - edge - 12)


def _apart(places: np.ndarray, many: int, least: float) -> list[int]:
    """Up to so many of the places (N, 2), in turn from the first half and the second, none nearer than `least` to another."""
    half, found = len(places) // 2, []
    for i in np.arange(2 * half).reshape(2, half).T.ravel():
        near = [np.linalg.norm(places[i] - places[j]) < least for j in found]
        if not any(near) and sum((j < half) == (i < half) for j in found) < many // 2:
            found.append(int(i))
    return found


def _between(stops: Sequence[str], share: float) -> str:
    """The colour so far on the way through the stops."""
    channels = zip(*map(_rgb, stops))
    places = np.linspace(0, 1, len(stops))
    return "#" + "".join(f"{round(float(np.interp(share, places, channel))):02X}" for channel in channels)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _lighter(colour: str) -> str:
    return _between((colour, "#FFFFFF"), 0.35)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for lab, card in CARDS.items():
        card().done().quantize(256).save(FOLDER / f"{lab}.png", optimize=True)
        print(f"assets/labs/{lab}.png")


if __name__ == "__main__":
    main()
