"""Settings that do not fit together get one sentence; no allowed run takes for ever; what is shipped covers everything once."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anomaly import settings as s
from core.anomaly.settings import METRICS, SCENES, SHIPPED, AnomalySettings, classes_of
from core.settings import BadSettings, bounds_of, build, choices_of, default_of, flat_fields, flatten, union_members

METHODS, DATA = (union_members(AnomalySettings.model_fields[name]) for name in ("method", "data"))
NETS = {name for name, method in METHODS.items() if "net" in method.model_fields}
SHAPES = ("moons", "ring", "spots", "spiral")
WORDS = "one to nine different digits in ascending order"


def refusal(**flat):
    with pytest.raises(BadSettings) as refused:
        build(AnomalySettings, flat)
    (sentence,) = refused.value.sentences
    assert sentence.endswith(".") and ".." not in sentence and sentence.isprintable() and len(sentence) < 300
    return sentence


# ---- which digits are normal ----


@pytest.mark.parametrize(
    "normal", ["31", "33", "", "0123456789", "a", "2 ", "1,3", "-1", "٣", "01234567890", "122", "2\n"]
)
def test_digits_that_are_none_are_refused_in_one_sentence(normal):
    said = refusal(data="digits", normal=normal)
    assert "Normal digits (normal)" in said and WORDS in said


@pytest.mark.parametrize("normal", ["31", "33", "", "00", "98"])
def test_of_damaged_digits_too(normal):
    assert "different digits in ascending order" in refusal(data="damaged", normal=normal)


def test_all_ten_may_be_damaged_and_never_all_be_normal():
    assert build(AnomalySettings, {"data": "damaged", "normal": "0123456789"}).data.normal == "0123456789"
    assert build(AnomalySettings, {"normal": "123456789"}).data.normal == "123456789"


@given(st.sets(st.sampled_from("0123456789"), min_size=1, max_size=9))
def test_every_set_of_digits_can_be_written_in_one_way(chosen):
    normal = "".join(sorted(chosen))
    assert build(AnomalySettings, {"normal": normal}).data.normal == normal
    if len(chosen) > 1:
        refusal(normal=normal[::-1])


# ---- what does not fit together ----


@pytest.mark.parametrize("data", ["tumours", "plane"])
@pytest.mark.parametrize("method, net", list(product(sorted(NETS), ["conv", "local"])))
def test_convolutions_need_pictures(method, net, data):
    said = refusal(data=data, method=method, net=net)
    assert (
        said.startswith("The settings do not fit together: ")
        and "convolutions need pictures" in said
        and "dense" in said
    )
    for fits in ("digits", "damaged", "faces"):
        assert build(AnomalySettings, {"data": fits, "method": method, "net": net}).method.net == net


@pytest.mark.parametrize(
    "data", [{"data": "tumours"}, {"data": "plane", "shape": "ring"}, {"data": "plane", "shape": "spiral"}], ids=str
)
def test_a_classifier_needs_classes_or_turns(data):
    said = refusal(method="confidence", **data)
    assert (
        said.startswith("The settings do not fit together: ")
        and "two normal classes" in said
        and "choose two moons" in said
    )


@pytest.mark.parametrize(
    "data",
    [
        {"data": "plane", "shape": "moons"},
        {"data": "plane", "shape": "spots"},
        {"data": "digits"},
        {"data": "damaged"},
        {"data": "damaged", "normal": "3"},
        {"data": "faces"},
    ],
    ids=str,
)
def test_where_a_classifier_has_something_to_tell_apart_it_is_allowed(data):
    assert build(AnomalySettings, data | {"method": "confidence"}).method.name == "confidence"


def test_everything_else_fits_together():
    refused = {(data, method) for data, method in product(DATA, METHODS) if not fits(data=data, method=method)}
    assert refused == {("tumours", "confidence")}
    assert {shape for shape in SHAPES if not fits(data="plane", shape=shape, method="confidence")} == {"ring", "spiral"}


def fits(**flat):
    try:
        return bool(build(AnomalySettings, flat))
    except BadSettings:
        return False


def test_how_many_classes_are_normal():
    assert [classes_of(s.OneClass(normal=normal)) for normal in ("2", "135", "123456789")] == [1, 3, 9]
    assert [classes_of(s.Damaged()), classes_of(s.Damaged(normal="7"))] == [10, 1]
    assert [classes_of(s.Plane(shape=shape)) for shape in SHAPES] == [2, 1, 3, 1]
    assert classes_of(s.Faces()) == classes_of(s.Tumours()) == 1 and classes_of(s.Oddities()) == 8


def test_knobs_that_change_nothing_say_why():
    def idle(**chosen):
        return set(AnomalySettings.idle(dict(flatten(build(AnomalySettings, chosen)))))

    assert idle() == idle(method="autoencoder", net="conv") == idle(data="oddities", method="confidence") == {"seeds"}
    assert idle(method="autoencoder") == idle(data="plane", method="svdd") == set()
    assert idle(data="oddities", method="confidence", layers="dense") == set()
    assert idle(data="oddities", method="confidence", known=0) == idle(method="confidence") == {"lam", "seeds"}
    assert idle(data="oddities", method="knn") == {"known", "kind", "seeds"}
    assert idle(data="plane", method="confidence") == {"lam", "layers"}
    elsewhere = {"layers", "lam", "steps", "learning_rate", "batch", "seeds"}
    assert idle(method="confidence", network="some-run") == elsewhere
    assert idle(data="oddities", method="confidence", network="some-run") == elsewhere | {"known", "kind"}


# ---- knobs ----


@pytest.mark.parametrize(
    "data, method", [pair for pair in product(sorted(DATA), sorted(METHODS)) if pair != ("tumours", "confidence")]
)
def test_every_knob_may_go_to_its_ends_whatever_was_chosen(data, method):
    """One knob at an end of its range, all others as they were, is always a run; but for what the sentences above refuse."""
    chosen = {"data": data, "method": method}
    for name, field in flat_fields(AnomalySettings, chosen):
        ends = choices_of(field) or [end for end in bounds_of(field) if end is not None]
        for value in ends if name not in chosen else ():
            if (data in ("tumours", "plane") and name == "net" and value != "dense") or (
                method == "confidence" and value in ("ring", "spiral")
            ):
                continue
            assert flatten(build(AnomalySettings, chosen | {name: value}))[name] == value


def test_the_longest_run_ends_within_minutes():
    """At its bounds no run passes more than 512,000 examples through its network and back, about 0.35 ms each on one core."""
    for method in METHODS.values():
        if "steps" in method.model_fields:
            assert bounds_of(method.model_fields["steps"])[1] * max(choices_of(method.model_fields["batch"])) <= 512_000


def test_contamination_is_a_whole_number_of_percent_up_to_thirty():
    assert bounds_of(AnomalySettings.model_fields["contamination"]) == (0, 30)
    for wrong in (-1, 31, 2.5, "many"):
        assert "a whole number from 0 to 30" in refusal(contamination=wrong)


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if "smooth" in method.model_fields])
def test_by_default_nothing_is_blurred(name):
    assert default_of(METHODS[name].model_fields["smooth"]) == 0


# ---- what is shipped ----


def test_scenes_and_presets():
    assert (
        list(SHIPPED)[: len(SCENES)] == [f"anomaly-{scene.slug}" for scene in SCENES]
        and 4 <= sum(not scene.more for scene in SCENES) <= 5
    )
    assert {settings.method.name for settings in SHIPPED.values()} == set(METHODS)
    assert len(set(SHIPPED.values())) == len(SHIPPED), "the same run shipped twice"
    assert AnomalySettings() == SCENES[0].settings
    assert {"what-is-normal", "copies-everything", "two-costs", "find-the-damage"} <= {scene.slug for scene in SCENES}


def test_all_detectors_are_shipped_on_the_first_scene_s_data():
    there = {settings.method.name for settings in SHIPPED.values() if settings.data == SCENES[0].settings.data}
    assert there == set(METHODS)


def test_metrics_that_share_a_chart_share_a_unit():
    for chart in {metric.chart for metric in METRICS.values() if metric.chart}:
        assert len({(metric.unit, metric.log) for metric in METRICS.values() if metric.chart == chart}) == 1
