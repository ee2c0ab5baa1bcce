#!/usr/bin/env bash
# lime 0.2.0.1: on a text of one or two words the weights depend on the number of samples, and a word without effect gets one.
#
# The model here looks for one word: with it the probability is 0.9, without it 0.1, whatever else stands there. So that
# word's weight should be 0.8 and any other's 0. For the text "excellent" lime says 0.02 with 100 samples, 0.16 with 1,000,
# 0.31 with 5,000; for "excellent film" it gives "film" about −0.25. In twelve words all is as expected (0.79 and 0.00).
# The reason: the kernel weight of a sample falls with the cosine distance, and a text without any word is at distance 1,
# which weighs e^−8. Beside such small weights the ridge penalty of 1 decides, unless there are very many samples.
# So: short texts need a wider kernel or a smaller penalty; what the weights add up to (local_pred) shows that something is wrong.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check lime==0.2.0.1 scikit-learn==1.9.1 scikit-image==0.26.0 numpy==2.4.6
"$home/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from lime.lime_text import LimeTextExplainer


def probabilities(texts):
    found = np.array([0.1 + 0.8 * ("excellent" in text) for text in texts])
    return np.stack([1 - found, found], axis=1)


def weights(text, samples):
    told = LimeTextExplainer(random_state=0).explain_instance(text, probabilities, num_samples=samples)
    return {str(word): round(float(weight), 3) for word, weight in told.as_list()}


print("lime", version("lime"))
alone = {samples: weights("excellent", samples)["excellent"] for samples in (100, 1000, 5000)}
print("“excellent”:", alone)
two = weights("excellent film", 1000)
print("“excellent film”, 1,000 samples:", two)
many = weights("an excellent film with a very good cast that I saw twice", 1000)
print("twelve words, 1,000 samples:", many["excellent"], "and at most", max(abs(w) for word, w in many.items() if word != "excellent"))
assert alone[100] < 0.1 and alone[1000] < 0.3 and alone[5000] > 1.5 * alone[1000], "one word no longer depends on the samples"
assert two["film"] < -0.1, "a word without effect has no weight now"
assert abs(many["excellent"] - 0.8) < 0.05
PY
