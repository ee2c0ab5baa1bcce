"""What the anomaly detection lecture and its tables say without a number of their own, held by the same tables and runs."""

import re

import pytest

from core import yardsticks
from core.anomaly.yardsticks import (
    AUROC,
    DATA_MEAN,
    GRIDS,
    LEFT_OUT_MEAN,
    LOCAL,
    ONE_CLASS,
    ONE_MEAN,
    RIVAL,
    YARDSTICKS,
)
from pages.parts import lecture
from tests.lectures.anomaly import of_file
from tests.lectures.claims import summary, sweep, table

SCENES = lecture.read("anomaly").scenes
RIVALS = {  # where the number that stands beside others was measured
    "one": lambda: (
        yardsticks.measured("anomaly", next(y for y in YARDSTICKS if y.where == {"contamination": "0"})).mean
    ),
    "hidden": lambda: (
        yardsticks.measured("anomaly", next(y for y in YARDSTICKS if y.where == {"contamination": "10"})).mean
    ),
    "nine": lambda: yardsticks.measured("anomaly", next(y for y in YARDSTICKS if y.sweep == LEFT_OUT_MEAN)).mean,
} | {
    data: lambda data=data: sweep("anomaly", DATA_MEAN, AUROC, data=data).mean
    for data in ("damaged", "faces", "tumours", "plane")
}


@pytest.mark.parametrize("data", RIVAL)
def test_the_trivial_rival_s_number_is_the_measured_one(data):
    assert RIVAL[data] == pytest.approx(RIVALS[data](), abs=0.051)


def test_rivals_of_the_rows_without_a_sweep_are_measured_too():
    costs = {row.title: row.chance for row in YARDSTICKS if row.file == "two-costs.csv"}
    for title, said in costs.items():
        name, column = ("table A", "never") if "patients: table A" in title else ("table B", "always")
        assert float(said.split(" ")[0]) == pytest.approx(of_file("two-costs.csv", column, table=name).mean, abs=0.5)
    maps = {float(found) for row in YARDSTICKS for found in re.findall(r"([\d.]+) \(the mean picture", row.chance)}
    assert len(maps) == 1 and maps.pop() == pytest.approx(
        of_file("kinds-of-damage.csv", "mean_map", kind="all").mean, abs=0.051
    )


def test_the_trivial_rival_leads_the_grid():
    heads, rows = yardsticks.grid_of("anomaly", GRIDS[0])
    assert next(iter(rows)).startswith("distance to the mean") and len(heads) == 10
    assert next(iter(rows.values()))[-1] == pytest.approx(RIVAL["one"], abs=0.051) and all(
        len(row) == 11 for row in rows.values()
    )


def test_no_paragraph_begins_as_a_numbered_list():
    """“49. Nothing …” would be drawn as one."""
    found = lecture.read("anomaly")
    texts = [
        found.idea,
        *found.theory.values(),
        *(str(part) for scene in SCENES.values() for part in vars(scene).values()),
    ]
    assert len(texts) > 30 and [text for text in texts if re.match(r"\s*\d+[.)]\s", text)] == []


# ---- results in words ----


def test_what_copies_has_the_smallest_error_and_finds_least():
    narrow, wide = (
        lambda name, run=run: summary(run, name) for run in ("anomaly-autoencoder", "anomaly-copies-everything")
    )
    assert 8 < narrow("held_score") / wide("held_score") < 12, "about ten times smaller"
    assert wide("auroc") < sweep("anomaly", ONE_MEAN, AUROC, normal="2", contamination="0").mean < narrow("auroc")


def test_the_right_choices_hold_with_every_seed():
    found = [float(row["found"]) for row in yardsticks.read("anomaly", "two-costs.csv") if row["table"] == "table A"]
    assert len(found) == 5 and max(found) < 64 / 2
    damage = [row for row in yardsticks.read("anomaly", "kinds-of-damage.csv") if row["kind"] != "all"]
    worst = {
        seed: min((row for row in damage if row["seed"] == seed), key=lambda row: float(row["picture"]))["kind"]
        for seed in {row["seed"] for row in damage}
    }
    assert len(worst) > 2 and set(worst.values()) == {"cut"}
    wide, narrow = (
        [
            float(row["result_auroc"])
            for row in yardsticks.read("anomaly", yardsticks.Yardstick("", sweep, "", "", "", "").table)
            if row["normal"] == "2" and row["method"] == "autoencoder"
        ]
        for sweep in (LOCAL, ONE_CLASS)
    )
    assert max(wide) < 60 < 85 < min(narrow)


def test_the_distance_to_the_mean_tumour_beats_the_scene_s_detector():
    kmeans = table("anomaly", "Breast tumours, benign is normal: k-means distance")
    assert RIVAL["tumours"] - kmeans.mean > 2 * kmeans.sd


def test_pixel_by_pixel_pca_is_little_better_than_one_map_for_all():
    pca = table("anomaly", "Damaged digits, pixel by pixel: PCA reconstruction").mean
    assert 0 < pca - of_file("kinds-of-damage.csv", "mean_map", kind="all").mean < 3


def test_noise_is_found_best_and_missing_ink_worst():
    found = {kind: of_file("kinds-of-damage.csv", "picture", kind=kind).mean for kind in ("cut", "patch", "noise")}
    assert max(found, key=found.get) == "noise" and min(found, key=found.get) == "cut"


def test_ones_are_the_hardest_to_tell_from_twos():
    found = {digit: of_file("digits-against-twos.csv", "auroc", digit=digit).mean for digit in "013456789"}
    assert min(found, key=found.get) == "1" and min(found[digit] for digit in "568") > 96


def test_the_promise_is_kept_from_held_out_normals_and_broken_from_learned_ones():
    for method in ("pca", "knn", "lof", "mixture", "kde"):
        calibration = of_file_within("held", method)
        assert abs(calibration.mean - 100 * 8 / 81) < 3 * calibration.error + 0.5
    assert of_file_within("learned", "pca").mean > 25 and of_file_within("learned", "knn").mean < 14


def of_file_within(column, method):
    row = next(y for y in YARDSTICKS if y.file == "promises.csv")
    return yardsticks.measured(
        "anomaly",
        yardsticks.Yardstick("", "", column, "", "", "", where={"method": method}, within="seed", file=row.file),
    )


def test_the_homework_s_narrow_network_is_the_one_with_many_parameters():
    """As its notebook has them, cell 22: dense layers down to 3 numbers; convolutions alone, the innermost one left out."""
    wide = [64 * 64 * 3, 128, 64, 12, 3]
    dense = sum(a * b + b for a, b in [*zip(wide, wide[1:]), *zip(wide[::-1], wide[-2::-1])])
    channels = [3, 12, 24, 48]
    convolutions = sum(
        16 * a * b + b for a, b in [*zip(channels, channels[1:]), *zip(channels[::-1], channels[-2::-1])]
    )
    answer = SCENES["copies-everything"].answer
    assert f"a code of {wide[-1]} numbers and {dense:,} parameters reached 64 %" in answer
    assert f"a code of {48 * (64 // 2**3) ** 2:,} numbers and {convolutions:,} parameters, reached 76 %" in answer
