"""Text: where the texts come from, and LIME against classifiers that look for known words."""

import re
import sys

import numpy as np
import pytest

from core.attribution import text
from core.data import docstrings

GIVEN_AWAY = re.compile(r"torch|sklearn|scikit|scipy|skimage", re.IGNORECASE)


@pytest.fixture(scope="module")
def texts():
    return {hidden: docstrings.load(hidden) for hidden in (False, True)}


def test_texts_are_many_balanced_and_different(texts):
    for found in texts.values():
        assert (
            len(found.train_texts) == len(found.train_y) == 1200 and len(found.test_texts) == len(found.test_y) == 400
        )
        assert np.bincount(found.test_y).tolist() == [100] * 4
        assert len({*found.train_texts, *found.test_texts}) == 1600, "a text in both parts would be no test"
        assert all(4 < len(one.split()) <= 62 and "\n" not in one for one in found.test_texts)


def test_hiding_hides_the_same_texts(texts):
    shown, hidden = texts[False], texts[True]
    assert (shown.test_y == hidden.test_y).all()
    assert sum(bool(GIVEN_AWAY.search(one)) for one in shown.test_texts) > 390
    assert not [
        one for one in (*hidden.train_texts, *hidden.test_texts) if re.search(rf"\b({GIVEN_AWAY.pattern})\b", one, re.I)
    ]
    for a, b in list(zip(shown.test_texts, hidden.test_texts))[:50]:
        assert set(b.split()[:3]) <= set(re.sub(r"[.,]", " ", a).split()) | set(a.split())


def test_a_docstring_is_taken_from_the_source_as_it_stands():
    assert "skimage.filters.thresholding" in next(
        name for name, _ in docstrings._unique("skimage") if name.endswith(".threshold_otsu")
    )
    assert dict(docstrings._unique("skimage"))["skimage.filters.thresholding.threshold_otsu"].startswith(
        "Return threshold value based on Otsu's method."
    )
    assert dict(docstrings._unique("torch"))["torch.nn.functional.relu"].startswith(
        "Applies the rectified linear unit function"
    )


def test_nothing_is_imported_for_the_texts(python):
    done = python(
        "import sys; from core.data import docstrings; before = set(sys.modules); "
        "found = [*docstrings._described('torch'), *docstrings._described('skimage')]; "
        "print(len(found) > 800, sorted(n for n in set(sys.modules) - before if n.split('.')[0] in ('torch', 'skimage')))"
    )
    assert done.stdout.strip() == "True []", done.stdout + done.stderr


@pytest.mark.parametrize(
    "docstring, beginning",
    [
        (
            "abs(input, *, out=None) -> Tensor\n\nComputes the absolute value.\n\nArgs:\n    input: x",
            "Computes the absolute value.",
        ),
        (
            "Cluster data.\n\nRead more in the :ref:`User Guide <k_means>`.\n\nParameters\n----------\nn : int",
            "Cluster data. Read more in the User Guide.",
        ),
        ("See :class:`~torch.nn.ReLU` for\n    *details*.\n\n.. note:: no", "See torch.nn.ReLU for details."),
        ("A b.\n\n>>> c()", "A b."),
        ("", ""),
    ],
)
def test_the_beginning_of_a_docstring(docstring, beginning):
    assert docstrings._beginning(docstring) == beginning


def test_names_are_a_shortcut_and_meaning_is_not_enough_to_do_without(texts):
    with_names, without = text.text_model(False), text.text_model(True)
    assert with_names.accuracy > 0.98 and 0.8 < without.accuracy < with_names.accuracy - 0.03
    by_hand = (without.predict(texts[True].test_texts).argmax(1) == texts[True].test_y).mean()
    assert without.accuracy == pytest.approx(by_hand) and without is text.text_model(True)


def test_the_shortcut_is_what_lime_finds():
    """A sentence about pictures with one wrong name in front of it: the name is what the model reads."""
    sentence = "sklearn.cluster.threshold: Return a threshold value for an image based on its histogram."
    sure, found = [], []
    for hidden in (False, True):
        predict = text.text_model(hidden).predict
        sure.append(predict([sentence])[0])
        found.append(text.lime_text(predict, sentence, 3, 500, seed=1))
    assert sure[1].argmax() == 3 and sure[0][3] < sure[1][3]
    assert found[0].weights["sklearn"] < -0.1 and abs(found[1].weights["sklearn"]) < 0.05
    assert max(found[1].weights, key=found[1].weights.get) == "image"


def looks_for(word: str, share: float = 0.8):
    def predict(texts) -> np.ndarray:
        p = np.array([share if word in re.split(r"\W+", one) else 0.1 for one in texts])
        return np.stack([1 - p, p], 1)

    return predict


SENTENCE = "a cat, a dog and a horse: the cat sat <b>down</b> & slept"


@pytest.mark.parametrize("word", ["cat", "dog", "slept", "b", "a"])
def test_the_only_word_that_matters_is_found(word):
    found = text.lime_text(looks_for(word), SENTENCE, 1, 600)
    first, *rest = found.weights
    assert first == word and type(first) is str and found.weights[word] == pytest.approx(0.7, abs=0.05)
    assert all(abs(found.weights[other]) < 0.05 for other in rest) and found.r2 > 0.97
    assert found.probability == pytest.approx(0.8) and found.local == pytest.approx(0.8, abs=0.05)
    assert set(found.weights) == {"a", "cat", "dog", "and", "horse", "the", "sat", "b", "down", "slept"}


def test_words_that_add_up_get_their_shares():
    shares = {"cat": 0.3, "dog": -0.2, "sat": 0.1}

    def predict(texts) -> np.ndarray:
        p = np.array([0.4 + sum(w for word, w in shares.items() if word in one.split()) for one in texts])
        return np.stack([1 - p, p], 1)

    found = text.lime_text(predict, "the cat and dog sat on a mat", 1, 800)
    assert list(found.weights)[:3] == ["cat", "dog", "sat"]
    assert {word: found.weights[word] for word in shares} == pytest.approx(shares, abs=0.02)


def test_the_seed_decides_and_one_word_is_enough():
    before = np.random.get_state()[1].copy()
    noisy = looks_for("cat")
    first, again, other = (text.lime_text(noisy, SENTENCE, 1, 100, seed=seed) for seed in (1, 1, 2))
    assert first == again and first != other and (np.random.get_state()[1] == before).all()
    for samples in (
        50,
        1000,
    ):  # a ridge beside a kernel weight of e⁻⁸ would leave a fraction of it, and give the dog some
        assert text.lime_text(noisy, "cat", 1, samples).weights == {"cat": pytest.approx(0.7)}
        assert text.lime_text(noisy, "dog, cat, dog", 1, samples).weights == {"cat": pytest.approx(0.7), "dog": 0}
    for nothing in ("", "  ", "!?…"):
        with pytest.raises(ValueError, match="no word"):
            text.lime_text(noisy, nothing, 1, 50)


def test_repeats_are_the_mean_of_their_seeds():
    predict = text.text_model(True).predict
    whole, spread = text.repeats(predict, SENTENCE, 3, 100, 25, range(3))
    single = [text.lime_text(predict, SENTENCE, 3, 100, 25, seed) for seed in range(3)]
    for word in ("cat", "horse"):
        assert whole.weights[word] == pytest.approx(np.mean([one.weights[word] for one in single]))
        assert spread[word] == pytest.approx(np.std([one.weights[word] for one in single], ddof=1))
    sizes = [abs(weight) for weight in whole.weights.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_a_narrow_kernel_asks_nearer():
    predict = text.text_model(True).predict
    near, far = (text.lime_text(predict, SENTENCE, 3, 200, width) for width in (10, 50))
    assert abs(near.local - near.probability) < abs(far.local - far.probability)


def test_a_long_text_is_cut():
    found = text.lime_text(looks_for("end"), "word " * 250 + "end", 1, 50)
    assert "end" not in found.weights and sys.getsizeof(found.weights) < 1000
