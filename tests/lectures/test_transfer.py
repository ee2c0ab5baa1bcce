"""What the transfer lecture says without a number, held by the tables."""

from tests.lectures.claims import sweep, table
from tests.lectures.transfer import COLOUR, MOONS, SHIFT, TURNED


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
