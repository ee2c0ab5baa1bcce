"""Draws the same objects twice, as Twemoji's flat pictures and as OpenMoji's black lines, and stores both in drawings.npz.

Run once, with Chromium: npm pack @twemoji/svg@15.0.0 openmoji@17.0.0, unpack each, then
python assets/data/make_drawings.py FOLDER_OF_TWEMOJI FOLDER_OF_OPENMOJI
"""

import json
import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright
from scipy.ndimage import maximum_filter
from skimage.feature import canny

LARGE, SIDE, ROW = 112, 28, 20  # pixels that are drawn, and pixels that are stored; pictures in a row of the drawing
NO_VEHICLES = ("bus stop", "motorway", "railway track", "oil drum", "traffic light", "stop sign", "construction")
NO_VEHICLES += ("wheel", "police car light", "fuel pump")
NO_BUILDINGS = ("brick", "rock", "wood")
TWICE = ("2640", "2642", "1F468-200D", "1F469-200D")  # men and women in roles whose person is there already


def kind(of: dict) -> str | None:
    """The class of an emoji by its Unicode subgroup; None of one that belongs to no class."""
    group, name = of["subgroups"], of["annotation"]
    if of["skintone"] or any(part in of["hexcode"] for part in TWICE):
        return None
    if group == "transport-ground":
        return None if any(word in name for word in NO_VEHICLES) else "vehicle"
    if group == "place-building":
        return None if name in NO_BUILDINGS else "building"
    if group.startswith("hand"):
        return "hand"
    if group.startswith("face") and group != "face-costume":
        return "face"
    if group == "heart":
        return "heart" if "heart" in name else None
    if group == "time":
        return "clock" if "hourglass" not in name else None
    return {
        "animal-mammal": "animal",
        "person-role": "person",
        "clothing": "clothes",
        "food-fruit": "fruit",
        "food-vegetable": "fruit",
    }.get(group)


NAMES = ("face", "person", "hand", "animal", "fruit", "clothes", "building", "vehicle", "clock", "heart")


def main(twemoji: Path, openmoji: Path) -> None:
    found = []
    for each in json.loads((openmoji / "data" / "openmoji.json").read_text()):
        code = each["hexcode"].lower()
        flat = [path for name in (code, code.replace("-fe0f", "")) if (path := twemoji / f"{name}.svg").exists()]
        lines = openmoji / "black" / "svg" / f"{each['hexcode']}.svg"
        if kind(each) and flat and lines.exists():
            found.append((NAMES.index(kind(each)), flat[0], lines))
    found.sort(key=lambda each: each[0])  # stable: within a class in Unicode's order
    labels, flat, lines = zip(*found)
    pictures, drawings = drawn(flat, 0.86), drawn(lines, 1.2)  # Twemoji fills its frame, OpenMoji leaves a wide margin
    edges = np.stack([canny(each, 2, 0.02, 0.06) for each in pictures]).astype(np.float32)
    outlines = maximum_filter(edges, (1, 3, 3))  # as wide as OpenMoji's lines
    stored = {name: small(x) for name, x in (("pictures", pictures), ("outlines", outlines), ("drawings", drawings))}
    np.savez_compressed(
        Path(__file__).with_name("drawings.npz"), labels=np.array(labels, np.uint8), names=np.array(NAMES), **stored
    )
    print(len(labels), np.bincount(labels))


def drawn(files: tuple[Path, ...], zoom: float) -> np.ndarray:
    """Grey values (N, 112, 112) in [0, 1] on white paper, ink 1 and paper 0, as MNIST has it."""
    cell = f"display:inline-block;width:{LARGE}px;height:{LARGE}px;overflow:hidden;vertical-align:top"
    image = f"width:{LARGE}px;height:{LARGE}px;transform:scale({zoom})"
    cells = "".join(f'<div style="{cell}"><img style="{image}" src="file://{path}"></div>' for path in files)
    size = {"width": LARGE * ROW, "height": LARGE * -(-len(files) // ROW)}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        sheet_file = Path(folder) / "drawings.html"  # a file may show other files, a page of text may not
        sheet_file.write_text(f'<body style="margin:0;background:#fff;line-height:0">{cells}</body>')
        browser = play.chromium.launch(executable_path=shutil.which("chromium") or shutil.which("chromium-browser"))
        page = browser.new_page(viewport=size)
        page.goto(sheet_file.as_uri())
        page.wait_for_timeout(1500)
        picture = page.screenshot()
        browser.close()
    sheet = 1 - np.asarray(Image.open(BytesIO(picture)).convert("L"), np.float32) / 255
    rows = sheet.reshape(-1, LARGE, ROW, LARGE).transpose(0, 2, 1, 3).reshape(-1, LARGE, LARGE)
    return rows[: len(files)]


def small(x: np.ndarray) -> np.ndarray:
    """(N, 112, 112) as 8-bit (N, 28, 28): means of 4 × 4 pixels, the darkest of each picture 255."""
    step = LARGE // SIDE
    x = x.reshape(-1, SIDE, step, SIDE, step).mean((2, 4))
    return np.rint(255 * x / x.max((1, 2), keepdims=True)).astype(np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
