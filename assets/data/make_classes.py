"""Writes imagenet_classes.txt: the English name of each of ImageNet's 1,000 classes, in the order of the network's outputs.

The names are WordNet's; the order and the names are read from a wheel of the package `timm`, which nobody else here needs:
python -m pip download --no-deps timm==1.0.31 && python assets/data/make_classes.py timm-1.0.31-py3-none-any.whl
"""

import sys
import zipfile
from pathlib import Path


# what WordNet calls by one word
TOLD_APART = {"n02012849": "bird", "n03126707": "machine", "n03710637": "swimsuit", "n03710721": "tank suit"}


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as file:
        read = lambda name: file.read(f"timm/data/_info/{name}.txt").decode().splitlines()  # noqa: E731
        synsets = read("imagenet_synsets")
        words = dict(line.split("\t") for line in read("imagenet_synset_to_lemma"))
    names = [words[synset].split(", ")[0] for synset in synsets]
    names = [f"{name} ({TOLD_APART[synset]})" if synset in TOLD_APART else name for name, synset in zip(names, synsets)]
    assert len(set(names)) == 1000
    Path(__file__).with_name("imagenet_classes.txt").write_text("\n".join(names) + "\n", "utf-8")



if __name__ == "__main__":
    main(sys.argv[1])
