"""What a network has learned, on the sequence-to-sequence page: lengths, states, confusions, exposure, and why a token was said."""

import re
from importlib import import_module

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from streamlit.testing.v1 import AppTest

from core import runs
from core.data.words import vowel
from core.seq2seq import decode, score
from core.seq2seq.models import BOS, PAD
from core.seq2seq.settings import SHIPPED
from core.seq2seq.tasks import trimmed
from pages.views.seq2seq import data
from tests.pages.conftest import marks, text_of
from tests.pages.views.seq2seq_page import RUNS, SAY, SHOWN, TOY, calm, figure, saved, view, widget

VIEWS = ("lengths", "states", "confused", "exposure", "why")
lengths, states, confused, exposure, why = (  # the package calls views by the name of their file
    import_module(f"pages.views.seq2seq.{name}") for name in VIEWS
)


def bold(text):
    """The numbers in bold, as the sentences say them."""
    return [float(n.replace(",", "")) for n in re.findall(r"\*\*(?:p = )?([\d.,]+)(?: %| times| points)?\*\*", text)]


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run_id", SHOWN)
def test_every_view_opens_on_every_shipped_run(name, run_id):
    assert text_of(view(name, run_id)).strip()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run", RUNS)
def test_every_view_opens_on_every_kind_of_network(name, run):
    assert text_of(view(name, saved(run).id)).strip()


@pytest.mark.parametrize("name", VIEWS)
def test_a_run_without_a_network_says_so(name):
    stopped = view(name, saved("told", keep=4, state="stopped").id)
    assert len(stopped.info) == 1 and "no trained network" in stopped.info[0].value


@pytest.mark.parametrize("name", VIEWS)
def test_a_run_that_was_deleted_says_so(name):
    current = saved("told")
    runs.delete(current.id)

    def alone(name, current):
        from importlib import import_module

        getattr(import_module(f"pages.views.seq2seq.{name}"), name)(current)

    visitor = calm(AppTest.from_function(alone, default_timeout=60, args=(name, current)).run())
    assert len(visitor.info) == 1 and visitor.info[0].value.strip()


# ---- lengths ----


def test_lengths_are_those_of_every_answer():
    """The curve against answers counted one by one, and the two halves of every border against all of them."""
    net, world = data.opened(TOY)
    said = score.answers_of(net, world, world.test)
    wrong = np.array([mine not in right for mine, right in zip(said, world.test.answers)])
    read = world.test.lengths.numpy()
    rows = lengths.measured(TOY)
    for length, many, wer, _per, tokens in rows:
        at = read == length
        assert many == at.sum() and wer == pytest.approx(100 * wrong[at].mean())
        assert tokens == sum(
            len(world.test.answers[i][0]) for i in np.flatnonzero(at)
        )  # a toy's answer is as long as its input
    for border in lengths.splits(rows):
        short, long = lengths.pooled(rows, border)
        assert short.many + long.many == len(said)
        assert long.wer == pytest.approx(100 * wrong[read >= border].mean())
        assert short.wer == pytest.approx(100 * wrong[read < border].mean())


def test_a_toy_stands_at_the_border_of_what_it_learned():
    visitor = view("lengths", TOY)
    longest = SHIPPED[TOY].task.longest
    found = marks(figure(visitor, "lengths/wrong"))
    assert list(found.values()) == [longest] and widget(visitor, "select_slider", "least").value == longest + 1
    __, beyond = lengths.pooled(lengths.measured(TOY), longest + 1)
    assert f"beyond it **{beyond.wer:.0f} %**" in text_of(visitor)
    seen = text_of(visitor)
    assert text_of(calm(widget(visitor, "select_slider", "least").set_value(longest - 1).run())) != seen


def test_what_looking_back_is_worth():
    def rows(short, long):
        return [(4, 50, 40.0, short, 200), (12, 50, 90.0, long, 600)]

    kinds = {"a": "none", "b": "additive"}
    worth = lengths.about_gap({"a": rows(12, 40), "b": rows(10, 15)}, kinds, 10, "words")
    assert bold(worth) == [25] and "and 2.0 on the shorter" in worth and "the less room each letter has" in worth
    assert "no clear difference" in lengths.about_gap({"a": rows(12, 17), "b": rows(10, 15)}, kinds, 10, "words")
    assert "−3.0 points" in lengths.about_gap({"a": rows(12, 12), "b": rows(10, 15)}, kinds, 10, "words")
    assert "no clear difference" in lengths.about_gap({"a": rows(12, 21), "b": rows(10, 15)}, kinds, 10, "words"), (
        "within chance"
    )
    assert lengths.pooled(rows(10, 20), 10)[1].error == pytest.approx(100 * np.sqrt(0.2 * 0.8 / 600))
    assert lengths.about_gap({"a": rows(12, 40)}, {"a": "none"}, 10, "words") == ""
    assert lengths.pooled(rows(10, 20), 10)[1].per == 20 and lengths.pooled(rows(10, 20), 3)[1].per == pytest.approx(
        17.5
    )


def test_only_runs_of_the_same_task_stand_beside():
    own, other = saved("vector"), saved("transformer")  # which sorts
    assert own.id in lengths.others(saved("told")) and other.id not in lengths.others(saved("told"))
    assert TOY in lengths.others(own) and SAY not in lengths.others(own) and own.id not in lengths.others(own)
    assert lengths.roles_of(["additive", "none", "transformer", "additive"]) == [
        "after",
        "before",
        "neutral",
        "control",
    ]


# ---- states ----


def test_a_letter_is_coloured_by_what_was_said_there():
    """Inputs one by one: the sound said at the surest look, and “–” for a letter that was never looked at most."""
    net, world = data.opened(SAY)
    cloud = states.at_letter(SAY, "c", "said")
    once = [x for x in world.test.x[:1000] if int((x == world.source.numbers["c"]).sum()) == 1][:50]
    for x in once:
        text = "".join(world.source.decode(x.tolist()))
        spoken = decode.greedy(net, net.read(trimmed(x.unsqueeze(0))), world.longest)
        names, at = world.target.decode(spoken.tokens[0].tolist()), text.index("c")
        found = [
            (float(spoken.looked[0, t, at]), name)
            for t, name in enumerate(names)
            if int(spoken.looked[0, t].argmax()) == at
        ]
        place = cloud.texts.index(f"{text[:at]}[c]{text[at + 1 :]}")
        assert cloud.groups[place] == (max(found)[1] if found else "–")
    looked = np.array([[0.6, 0.4, 0.0], [0.8, 0.2, 0.0]])
    numbers = world.target.encode(["K", "S"])
    assert [states.said_at(world, numbers, looked, s) for s in range(3)] == ["S", "–", "–"]


def test_points_are_principal_components_and_neighbours_are_counted():
    rng = np.random.default_rng(0)
    vectors = np.concatenate([rng.normal(0, 1, (30, 5)), rng.normal(9, 1, (30, 5))]).astype(np.float32)
    groups = ["a"] * 30 + ["b"] * 30
    cloud = states.cloud_of(vectors, groups, groups)
    assert cloud.alike == cloud.flat == 100 and cloud.chance == pytest.approx(100 * 2 * 30 * 29 / (60 * 59))
    values = np.linalg.svd(vectors - vectors.mean(0), compute_uv=False) ** 2
    assert cloud.held == pytest.approx(100 * values[:2].sum() / values.sum(), rel=1e-4)
    mixed = states.cloud_of(vectors, [str(n) for n in rng.integers(2, size=60)], groups)
    assert mixed.alike < 75 and bold(states.about(cloud)) == [100] and "The groups lie mixed" not in states.about(cloud)
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2) + 1e9 * np.eye(60)
    names = np.array(mixed.groups)
    assert mixed.alike == pytest.approx(100 * (names == names[distances.argmin(1)]).mean())


def test_the_one_vector_in_a_new_light():
    visitor = view("states", SAY)
    visitor = calm(widget(visitor, "button_group", "way").set_value("vector").run())
    first = figure(visitor, "states/cloud")
    assert sum(len(layer["x"]) for layer in first["data"]) == states.WORDS
    visitor = calm(widget(visitor, "button_group", "vector/by").set_value("ending").run())
    second = figure(visitor, "states/cloud")
    assert {layer["name"] for layer in first["data"]} != {layer["name"] for layer in second["data"]}
    vectors = data.opened(SAY)[0].read(trimmed(data.opened(SAY)[1].test.x[: states.WORDS])).vector.numpy()
    held = 100 * PCA(2).fit(vectors).explained_variance_ratio_.sum()
    assert f"hold {held:.0f} % of the variance" in text_of(visitor)
    assert (
        states.ending("nation") == "-tion"
        and states.ending("s") == "other"
        and states.script("3 груд 1999") == "Cyrillic"
    )
    lengths_of = states.by_length(["a" * n for n in range(1, 11)])
    assert lengths_of("a") == "1–2" and lengths_of("a" * 10) == "9–10"


def test_without_attention_nobody_knows_where_it_looks():
    current = saved("vector")
    visitor = view("states", current.id)
    assert "said" not in widget(visitor, "button_group", "/by").options
    assert "what was said there" in str(widget(view("states", TOY), "button_group", "/by").options)


# ---- confusions ----


def test_confusions_add_up():
    found, verdict = confused.mistakes(SAY), data.verdict(SAY)
    assert confused.wrong(found.table).sum() == verdict.edits.sum(), (
        "a shortest path has as many mistakes as there are edits"
    )
    assert found.table[1:].sum() == verdict.lengths.sum() and found.table[:, 1:].sum() == sum(map(len, verdict.said))
    text = text_of(view("confused", SAY))
    assert f"**{verdict.edits.sum():,} mistakes**" in text
    right, said, many = confused.commonest(found)[0]
    assert f"Commonest is **{found.names[right]}** said as **{found.names[said]}** ({many} times" in text
    wrong = due = 0
    for mine, theirs in zip(verdict.said, verdict.right):
        for a, b in score.aligned(mine, theirs):
            if b != PAD and vowel(found.names[b]):
                due, wrong = due + 1, wrong + (a != b)
    assert f"Of the vowels **{100 * wrong / due:.1f} %** are wrong" in text


def test_the_matrix_and_the_examples_show_what_happened():
    found, (__, world), verdict = confused.mistakes(SAY), data.opened(SAY), data.verdict(SAY)
    visitor = view("confused", SAY)
    drawn = figure(visitor, "confused/matrix")
    cells = drawn["data"][0]["z"]
    worst = confused.most_confused(found.table)
    assert drawn["layout"]["yaxis"]["ticktext"] == [found.names[i] for i in worst] and all(
        cells[i][i] is None for i in range(len(worst))
    )
    assert cells[0][1] == pytest.approx(100 * found.table[worst[0], worst[1]] / found.table[worst[0]].sum())
    right, said, _many = confused.commonest(found)[0]
    texts = ["".join(world.source.decode(x.tolist())) for x in world.test.x[: len(verdict.said)]]
    for text in found.examples[right, said]:
        i = texts.index(text)
        assert (said, right) in score.aligned(verdict.said[i], verdict.right[i])


# ---- left to itself ----


@pytest.mark.parametrize("run_id", [run_id for run_id in (SAY, "seq2seq-dates-of-the-world") if run_id in SHOWN])
def test_what_follows_a_first_mistake(run_id):
    """Both curves and both numbers against a loop over single examples, and the claim that both make the same first mistakes."""
    net, world = data.opened(run_id)
    found = exposure.measured(run_id)
    part = exposure.asked(world)
    forced = np.zeros(part.y.shape[1] - 1)
    astray, there, rest, told, free = forced.copy(), forced.copy(), 0, 0, 0
    free_said = score.answers_of(net, world, part)
    for x, y, said in zip(part.x, part.y, free_said):
        y = y[: int((y != PAD).sum())].long().unsqueeze(0)
        likeliest = net.teach(net.read(trimmed(x.unsqueeze(0))), y[:, :-1]).argmax(2)[0]
        wrong = (likeliest != y[0, 1:]).numpy()
        first = int(wrong.argmax()) if wrong.any() else len(wrong)
        there[: len(wrong)] += 1
        forced[: len(wrong)] += wrong
        astray[first : len(wrong)] += 1
        assert (first == len(wrong)) == (said == tuple(y[0, 1:-1].tolist())), "right when told is right when left alone"
        if first < len(wrong):
            right = tuple(y[0, 1:].tolist())
            rest, told = rest + len(right) - first - 1, told + wrong[first + 1 :].sum()
            free += score.distance((*said, 2)[first + 1 :], right[first + 1 :])
    at = [t - 1 for t in found.positions]
    assert np.allclose(found.forced, 100 * forced[at] / there[at]) and np.allclose(
        found.astray, 100 * astray[at] / there[at]
    )
    assert (found.rest, found.after_free, found.after_forced) == (
        rest,
        pytest.approx(100 * free / rest),
        pytest.approx(100 * told / rest),
    )
    assert bold(exposure.about_rest(found))[:2] == [round(found.after_free, 1), round(found.after_forced, 1)]


def test_scheduled_sampling_is_held_against_teacher_forcing():
    told, own = saved("told"), saved("own")
    visitor = view("exposure", own.id)
    assert widget(visitor, "selectbox", "beside").value == told.id and "Left to itself it has **" in text_of(visitor)
    change = exposure.measured(own.id).after_free - exposure.measured(told.id).after_free
    assert f"**{abs(change):.1f} points** {'fewer' if change < 0 else 'more'} wrong" in text_of(visitor)
    alone = calm(widget(visitor, "selectbox", "beside").set_value(exposure.NOTHING).run())
    assert "teacher forcing 1" in text_of(alone)
    assert widget(view("exposure", told.id), "selectbox", "beside").value == exposure.NOTHING


# ---- why ----


@pytest.mark.parametrize("run", ["transformer", "vector", "own", "say"])
def test_integrated_gradients_add_up(run):
    """Their sum is log p minus that of no letters, which is an embedding of zeros, to within what the page says."""
    run_id = SAY if run == "say" else saved(run).id
    net, world = data.opened(run_id)
    word, place = ("phone" if run == "say" else "abcde"), 1
    said = why.answer(run_id, word)
    x = world.example(word)
    given = torch.tensor([(BOS, *said.tokens[:place])])

    def logp(embedded):
        memory = net.read_embedded(embedded, torch.ones_like(x, dtype=torch.bool))
        return float(decode.possible(net.teach(memory, given)[:, -1]).log_softmax(1)[0, said.tokens[place]])

    found = why.explained(run_id, word, place, "integrated_gradients")
    with torch.no_grad():
        difference = logp(net.letters(x)) - logp(torch.zeros_like(net.letters(x)))
    gap = float(re.search(r"within ([\d.]+) nats", found["note"])[1])
    assert abs(found["weights"].sum() - difference) == pytest.approx(gap, abs=0.006) and gap < 0.05
    assert found["p"] == pytest.approx(said.p[place], rel=1e-4)


def test_leaving_a_letter_out_by_hand():
    net, world = data.opened(SAY)
    found, said, x = why.explained(SAY, "phone", 0, "ablation"), why.answer(SAY, "phone"), world.example("phone")
    silent = net.letters(x).clone()
    silent[0, 2] = 0
    with torch.no_grad():
        logits = net.teach(net.read_embedded(silent, torch.ones_like(x, dtype=torch.bool)), torch.tensor([[BOS]]))
    less = float(decode.possible(logits[:, -1]).log_softmax(1)[0, said.tokens[0]])
    assert found["weights"][2] == pytest.approx(np.log(said.p[0]) - less, abs=1e-4)


def test_every_method_answers_and_is_held_against_attention():
    visitor = view("why", SAY)
    for method in why.method_names():
        visitor = calm(widget(visitor, "selectbox", "/method").set_value(method).run())
        said = why.answer(SAY, "thought")
        found = why.explained(SAY, "thought", 0, method)["weights"]
        sizes = np.abs(found) if method == "saliency" else np.clip(found, 0, None)
        top = int(sizes.argmax())
        assert f"letter {top + 1}, **{'thought'[top]}**" in text_of(visitor)
        rho = spearmanr(np.abs(found), said.looked[0]).statistic
        assert f"Rank correlation of the two: **{rho:.2f}**".replace("-", "−") in text_of(visitor)
        drawn = figure(visitor, "why/bars")
        bars, (low, high) = drawn["data"], drawn["layout"]["yaxis"]["range"]
        assert bars[0]["y"] == pytest.approx(sizes.tolist(), abs=1e-6)
        assert method == "saliency" or bars[1]["y"] == pytest.approx(np.clip(found, None, 0).tolist(), abs=1e-6), (
            "against it: downward"
        )
        assert drawn["layout"]["barmode"] == "relative"
        assert all(low <= min(layer["y"]) <= max(layer["y"]) <= high for layer in bars) and low <= 0 < high


def test_another_token_and_another_word():
    visitor = view("why", SAY)
    before = figure(visitor, "why/letters")["data"]
    visitor = calm(widget(visitor, "button_group", "/place").set_value(1).run())
    assert figure(visitor, "why/letters")[
        "data"
    ] != before and f"p = {100 * why.answer(SAY, 'thought').p[1]:.1f} %" in text_of(visitor)
    visitor = calm(widget(visitor, "text_input", "/text").set_value("Café, 'naïve'").run())
    assert figure(visitor, "why/letters")["layout"]["xaxis"]["ticktext"] == list("cafe")
    visitor = calm(widget(visitor, "selectbox", "/word/").set_value(1).run())
    assert figure(visitor, "why/letters")["layout"]["xaxis"]["ticktext"] == list("naive")


@pytest.mark.parametrize("typed", ["", "   ", "42", "🐈", "x" * 200, "<b>hi</b>", "$x^2$ `a`", "日本", ", .", "\\frac"])
def test_nonsense_gets_one_sentence(typed):
    visitor = view("why", SAY)
    visitor = calm(widget(visitor, "text_input", "/text").set_value(typed).run())
    assert len(visitor.info) == 1 or typed in ("<b>hi</b>", "$x^2$ `a`", "\\frac"), "or there is a word in it"


def test_one_letter_cannot_be_compared():
    visitor = calm(widget(view("why", SAY), "text_input", "/text").set_value("a").run())
    assert "too short" in text_of(visitor)


def test_sizes_are_compared_where_one_has_no_sign():
    signed, sizes = np.array([-3.0, 0.1, 1.0, 2.0]), np.array([3.0, 0.1, 1.0, 2.0])
    assert why.agreement(signed, sizes, "integrated_gradients", why.LOOKED) == pytest.approx(1)
    assert why.agreement(signed, sizes, "integrated_gradients", "ablation") == pytest.approx(
        spearmanr(signed, sizes).statistic
    )
    assert why.agreement(np.ones(4), sizes, "lime", "ablation") is None
    assert why.number(-0.001, "lime") == "0.00"
