"""What the loops of all labs share: here the sentence for a network that learned nothing."""

import pytest

from core.loop import no_better_than_guessing


@pytest.mark.parametrize(
    "accuracy, chance, told",
    [
        (10.0, 10, True),
        (13.0, 10, True),
        (9.0, 10, True),
        (16.0, 10, False),
        (98.0, 10, False),
        (50.0, 50, True),
        (68.0, 50, False),
        (2.1, 2, True),
        (20.0, 2, False),
        (40.0, 50, True),
    ],
)
def test_a_network_that_only_guesses_is_told(accuracy, chance, told):
    found = list(no_better_than_guessing(7, accuracy, chance))
    assert len(found) == told
    for event in found:
        assert (event.step, event.kind) == (7, "guessing")
        assert f"{accuracy:.1f} % right" in event.sentence and f"guessing ({chance:g} %)" in event.sentence
        assert "learning rate" in event.sentence


def test_the_hint_can_be_another():
    (event,) = no_better_than_guessing(1, 10, 10, "Give it labels.")
    assert event.sentence.endswith("Give it labels.") and "learning rate" not in event.sentence
