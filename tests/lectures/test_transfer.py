"""What the transfer lecture says without a number, held by the tables."""

from tests.lectures.claims import sweep, table
from tests.lectures.transfer import (
    COLOUR,
    MOONS,
    PARTIAL,
    RETRAINED,
    SHARES,
    SHIFT,
    SMALL_BATCHES,
    TENT,
    TURNED,
    UNSEEN,
    UNSEEN_DRO,
)


def mean(title: str) -> float:
    return table("transfer", title).mean


def test_alignment_hurts_where_classes_are_rare_and_only_there():
    rare, balanced = (
        {method: sweep("transfer", TURNED, "result_target", method=method, rare=share) for method in ("source", "dann")}
        for share in ("5", "100")
    )
    assert rare["dann"].mean + 3 * rare["dann"].sd < rare["source"].mean
    assert abs(balanced["dann"].mean - balanced["source"].mean) < balanced["dann"].error


def test_the_answers_show_the_shift_without_labels_and_overstate_the_rare_classes():
    true, answered, estimated = (
        sweep("transfer", SHIFT, f"result_rare_{name}") for name in ("true", "answered", "estimated")
    )
    assert true.mean < estimated.mean < answered.mean < 25, "half of the source's share would already be a warning"


def test_what_to_turn_next_does_what_the_text_says():
    assert f"{mean('8 × 8 → MNIST: MMD'):.0f}, {mean('8 × 8 → MNIST: self-training after DaNN'):.0f}" == "76, 73"
    assert mean("8 × 8 → MNIST: self-training after DaNN") > mean("8 × 8 → MNIST: DaNN"), "it builds on its answers"


def test_on_the_moons_a_weak_game_is_worse_than_none_and_the_probe_does_not_tell():
    assert mean("Moons turned by 35°: DaNN, λ = 1") < mean("Moons turned by 35°: source only")
    weak, strong = (sweep("transfer", MOONS.format(lam), "result_probe") for lam in (1, 3))
    assert abs(weak.mean - strong.mean) < weak.sd


def test_self_training_is_the_best_without_target_labels_and_fifty_labels_are_worth_less_than_dann():
    others = [mean(COLOUR + name) for name in ("DaNN", "MMD", "Deep CORAL", "ADDA", "AdaBN", "source only")]
    assert mean(COLOUR + "self-training after DaNN") > max(others)
    assert mean(COLOUR + "fine-tuning, 5 labels per class") < mean(COLOUR + "DaNN")


def reached(arguments: str, name: str = "result_target", **where: str):
    return sweep("transfer", arguments, name, **where)


def test_correcting_the_answers_helps_and_the_estimate_is_nearer_to_the_truth_than_they_are():
    corrected, bare, dann = (reached(SHARES, method=method) for method in ("bbse", "source", "dann"))
    assert corrected.mean > bare.mean + 2 * corrected.error and dann.mean < corrected.mean
    off = [reached(SHARES, f"result_off_{name}", method="bbse").mean for name in ("estimated", "answered")]
    assert off[0] < off[1] and reached(RETRAINED).seeds == 5


def test_tent_is_above_the_statistics_alone_and_can_be_broken_in_two_ways():
    tent, hot = (reached(TENT, tent_rate=rate) for rate in ("0.02", "0.5"))
    still, bare = (reached(TENT, f"result_{name}", tent_rate="0.02") for name in ("still", "unadapted"))
    assert tent.mean > still.mean + tent.error and still.mean > bare.mean and tent.mean > bare.mean + 10
    assert hot.mean < bare.mean
    for seed in map(str, range(5)):
        own = [
            reached(TENT, f"result_{name}", tent_rate="0.02", seed=seed).mean
            for name in ("unadapted", "still", "target")
        ]
        assert own == sorted(own), "in each seed"
    assert (
        reached(TENT, "result_entropy", tent_rate="0.5").mean < reached(TENT, "result_entropy", tent_rate="0.02").mean
    )
    assert reached(SMALL_BATCHES).mean < tent.mean and reached(SMALL_BATCHES, "result_still").mean < still.mean


def test_where_classes_are_missing_alignment_hurts_and_weights_repair_a_part():
    source, dann, pada = (reached(PARTIAL, method=method) for method in ("source", "dann", "pada"))
    assert dann.mean + dann.error < pada.mean < source.mean


def test_more_sources_help_and_group_dro_is_within_a_point_or_two_of_plain_training():
    one, five = (reached(UNSEEN, sources=many) for many in ("1", "5"))
    assert five.mean > one.mean + 50 and abs(reached(UNSEEN_DRO).mean - five.mean) < 2
