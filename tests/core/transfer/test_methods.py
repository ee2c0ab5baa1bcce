"""Methods from inside: which labels reach a loss, who learns in which phase, and whom self-training believes."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.digits import Digits
from core.events import Finished
from core.loop import seeded
from core.nets import predict
from core.settings import union_members
from core.transfer import domains, monitor, selftrain, train, tune
from core.transfer import settings as s
from core.transfer.adda import ADDA
from core.transfer.dann import DaNN, rising
from core.transfer.method import SourceOnly, World
from core.transfer.settings import TransferSettings

WITHOUT_LABELS = [
    s.SourceOnly(),
    s.DaNN(),
    s.DaNN(schedule="constant"),
    s.MMD(),
    s.CORAL(),
    s.ADDA(),
    s.AdaBN(),
    s.SelfTraining(rounds=2),
    s.SelfTraining(start="source", rounds=1),
    s.BBSE(),
    s.BBSE(correct="training"),
    s.PADA(),
    s.GroupDRO(),
    s.Tent(tent_batch=20, tent_steps=10),
]
WITH_LABELS = [s.FineTune(), s.OnTarget()]
ON_DIGITS = [s.MMD(), s.ADDA(), s.AdaBN(), s.SelfTraining(rounds=1), s.Tent(tent_batch=20, tent_steps=10)]
IN_THE_PLANE = [method for method in WITHOUT_LABELS if method.name not in ("adabn", "tent")]  # no BatchNorm
MOONS, DIGITS = {"target": s.Moons(), "steps": 50, "batch": 16}, {"target": s.Inverted(), "steps": 50, "batch": 16}


def named(flat):
    return "-".join(
        str(getattr(value, "name", value)) for name, value in flat.items() if name not in ("steps", "batch")
    )


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Every tenth picture, and a run that is hardly looked at."""
    real = domains.pair
    monkeypatch.setattr(domains, "pair", lambda settings: thin(real(settings)))
    monkeypatch.setattr(monitor, "LOOKS", 1)
    monkeypatch.setattr(monitor, "EARLY", ())
    monkeypatch.setattr(monitor, "EACH", 40)


def thin(pair):
    if pair.classes == 2:
        return pair
    parts = {
        name: Digits(*(part[::10] for part in vars(getattr(pair, name)).values())) for name in ("source", "target")
    }
    return replace(pair, **parts)


@pytest.fixture
def whole_run(monkeypatch):
    """Runs to the end, and returns (the last event, the method as it is then)."""
    held, real = [], train.Monitor
    monkeypatch.setattr(train, "Monitor", lambda method: held.append(method) or real(method))

    def go(**flat):
        *_, last = train.train(TransferSettings(**flat))
        assert isinstance(last, Finished) and "diverged" not in last.summary
        return last, held.pop()

    return go


def weights(method):
    """All that a method has learned or measured."""
    nets = {"net": method.net, "twin": method.twin} | ({"critic": method.critic} if method.critic is not None else {})
    return {f"{name}.{part}": value.clone() for name, net in nets.items() for part, value in net.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


# ---- no target label reaches a loss ----


def noise_instead_of(monkeypatch, *parts):
    """The target's labels, of its training or test part, in an order of their own."""
    real = domains.pair

    def noisy(settings):
        pair = real(settings)
        labels = {part: getattr(pair.target, part) for part in parts}
        shuffled = {part: y[torch.randperm(len(y), generator=seeded(9))] for part, y in labels.items()}
        assert all((shuffled[part] != y).float().mean() > 0.2 for part, y in labels.items())
        return replace(pair, target=replace(pair.target, **shuffled))

    monkeypatch.setattr(domains, "pair", noisy)


@pytest.mark.parametrize(
    "flat",
    [MOONS | {"method": method} for method in IN_THE_PLANE]
    + [MOONS | {"method": s.DaNN(), "statistics": "shared"}, MOONS | {"method": s.DaNN(), "rare": 20}]
    + [DIGITS | {"method": method} for method in ON_DIGITS],
    ids=named,
)
def test_noise_instead_of_the_target_s_labels_gives_the_same_weights(flat, whole_run, monkeypatch):
    told, method = whole_run(**flat)
    noise_instead_of(monkeypatch, "train_y", "test_y")
    blind, other = whole_run(**flat)
    assert same(weights(method), weights(other)), "a label of the target has reached a loss"
    assert told.models.keys() == blind.models.keys() == ({} if flat["target"].name == "moons" else told.models).keys()
    for name, model in told.models.items():
        assert all((blind.models[name].weights[part] == value).all() for part, value in model.weights.items())
    for free in ("source", "probe", "a_distance", "entropy", "information", "snd"):
        assert blind.summary[free] == told.summary[free], "said to need no labels"
    assert blind.summary["target"] != told.summary["target"], "the one figure that is held against them"


def test_every_method_is_either_with_or_without_labels():
    assert {type(m) for m in WITHOUT_LABELS + WITH_LABELS} == set(
        union_members(TransferSettings.model_fields["method"]).values()
    )
    assert set(train.METHODS) == {type(m) for m in WITHOUT_LABELS + WITH_LABELS}


@pytest.mark.parametrize(
    "flat",
    [
        MOONS | {"method": method, "granted": granted}
        for method, granted in ([(method, 2) for method in IN_THE_PLANE] + [(method, 0) for method in WITH_LABELS])
    ]
    + [DIGITS | {"method": s.AdaBN(), "granted": 2}],
    ids=named,
)
def test_granted_labels_do_reach_a_loss(flat, whole_run, monkeypatch):
    """Or the test above could not fail."""
    _, method = whole_run(**flat)
    noise_instead_of(monkeypatch, "train_y")
    assert not same(weights(method), weights(whole_run(**flat)[1]))


def test_test_labels_are_for_the_report_alone(whole_run, monkeypatch):
    flat = MOONS | {"method": s.OnTarget(), "granted": 3}
    told, method = whole_run(**flat)
    noise_instead_of(monkeypatch, "test_y")
    blind, other = whole_run(**flat)
    assert same(weights(method), weights(other)) and told.summary["target"] > 70 > blind.summary["target"]


# ---- batches ----


@pytest.mark.parametrize("target", [s.Moons(), s.Coloured()], ids=str)
def test_a_batch_holds_as_many_of_both_domains_and_at_most_as_many_with_labels(target):
    for granted, many in ((0, 0), (1, min(16, 1 * domains.domains(target).classes)), (20, 16)):
        world = World(TransferSettings(target=target, batch=16, granted=granted, method=s.DaNN()))
        batch = world.draw()
        assert len(batch.x_s) == len(batch.y_s) == len(batch.x_t) == 16 and len(batch.x_g) == len(batch.y_g) == many
        assert batch.x_s.shape[1:] == batch.x_t.shape[1:] == batch.x_g.shape[1:] == world.pair.source.train_x.shape[1:]
        assert not torch.equal(batch.x_s, world.draw().x_s)


def test_pictures_of_a_batch_are_normalised_and_labels_are_their_own():
    world = World(TransferSettings(target=s.Inverted(), method=s.OnTarget(), batch=32))
    net, batch = world.network(), world.draw()
    for x, y, data in ((batch.x_s, batch.y_s, world.pair.source), (batch.x_g, batch.y_g, world.pair.target)):
        everything = net.normalise(data.train_x).flatten(1)
        found = (x.flatten(1)[:, None] - everything).abs().amax(2).min(1)
        assert found.values.max() == 0 and torch.equal(data.train_y[found.indices], y)
    assert len(world.granted_y) == len(world.pair.target.train_y), "the upper bound has all labels"


def test_the_seed_decides_which_batches_come():
    one, same_again, other = (World(TransferSettings(**MOONS, seed=seed)).draw().x_s for seed in (3, 3, 4))
    assert torch.equal(one, same_again) and not torch.equal(one, other)


def test_few_shots_come_on_top_of_what_is_granted():
    world = World(TransferSettings(**MOONS, method=s.FineTune(shots=3), granted=2))
    assert world.granted_y.bincount().tolist() == [5, 5]


def test_the_net_does_not_depend_on_what_happens_around():
    state = torch.random.get_rng_state()
    one = World(TransferSettings(**MOONS)).network()
    torch.rand(5)
    other = World(TransferSettings(**MOONS)).network()
    assert same(one.state_dict(), other.state_dict())
    torch.random.set_rng_state(state)
    World(TransferSettings(**MOONS, seed=1)).draw()
    assert torch.equal(torch.random.get_rng_state(), state)


# ---- who learns when ----


def phase(method, number, steps=5):
    """A few steps of one phase, as the loop makes them."""
    optimizer = torch.optim.Adam(method.begin(number), method.rate(number))
    for now in range(steps):
        loss = sum(method.losses(method.world.draw(), now / steps).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    method.end(number)
    return method


def of(cls, method, **more):
    return cls(World(TransferSettings(**MOONS | more, method=method)))


def changed(before, after):
    return {name for name, value in after.items() if name not in before or not torch.equal(value, before[name])}


def test_source_only_keeps_one_network():
    method = phase(of(SourceOnly, s.SourceOnly()), 0)
    assert method.net_for("source") is method.net_for("target") is method.net and method.critic is None


@pytest.mark.parametrize("statistics", ["own", "shared"])
def test_each_domain_has_statistics_of_its_own_or_both_share_them(statistics):
    method = phase(of(DaNN, s.DaNN(), statistics=statistics, target=s.Inverted()), 0)
    source, target = (method.net_for(name) for name in ("source", "target"))
    assert (source is target) == (statistics == "shared")
    assert all(a is b for a, b in zip(source.parameters(), target.parameters()))
    means = [net.units()[0].norm.running_mean for net in (source, target)]
    assert torch.equal(*means) == (statistics == "shared")


@torch.no_grad()
def test_the_target_passes_its_own_twin_and_the_source_never_does():
    method = of(DaNN, s.DaNN(), target=s.Inverted())
    method.begin(0)
    batch, (source, target) = method.world.draw(), (method.net.units()[0], method.twin.units()[0])
    method.both(batch)
    for unit, x in ((source, batch.x_s), (target, batch.x_t)):
        assert torch.allclose(unit.norm.running_mean, 0.1 * unit.pool(unit.weights(x)).mean((0, 2, 3)), atol=1e-5)


@pytest.mark.parametrize("statistics", ["own", "shared"])
@torch.no_grad()
def test_the_label_loss_is_that_of_the_source_and_of_what_was_granted(statistics):
    method = of(DaNN, s.DaNN(), statistics=statistics, granted=1, target=s.Inverted())
    method.begin(0)
    batch = method.world.draw()
    loss, h_s, h_t, f_s, f_t = method.both(batch)
    assert len(h_s) == len(h_t) == len(f_s) == len(f_t) == len(batch.x_s) == len(batch.x_t) > len(batch.x_g) == 10
    everything = torch.cat([batch.x_s, batch.x_t, batch.x_g])
    passes = [everything] if statistics == "shared" else [batch.x_s, torch.cat([batch.x_t, batch.x_g])]
    f = torch.cat([method.net.layers(x) for x in passes])
    assert torch.allclose(f_s, f[:16], atol=1e-5) and torch.allclose(f_t, f[16:32], atol=1e-5)
    logits, y = method.net.head(torch.cat([f[:16], f[32:]])), torch.cat([batch.y_s, batch.y_g])
    assert loss.item() == pytest.approx(-logits.log_softmax(1)[torch.arange(26), y].mean().item(), rel=1e-4)


def test_adabn_changes_statistics_and_no_weight():
    method = phase(of(tune.AdaBN, s.AdaBN(), target=s.Inverted()), 0)
    assert method.net_for("target") is not method.net
    different = changed(method.net.state_dict(), method.twin.state_dict())
    assert different and all("running" in name or "num_batches" in name for name in different)


def test_adda_in_its_second_phase_teaches_the_target_s_encoder_alone():
    method = phase(of(ADDA, s.ADDA(encoder_rate=0.01)), 0)
    assert method.critic is None and method.net_for("target") is method.net
    before = {name: value.clone() for name, value in method.net.state_dict().items()}
    phase(method, 1)
    assert not changed(before, method.net.state_dict()), "the source's encoder is frozen"
    moved = changed(before, method.twin.state_dict())
    assert "layers.0.weight" in moved and not any(name.startswith("head") for name in moved)
    assert not any(p.grad is not None and p.grad.abs().sum() > 0 for p in method.twin.head.parameters())


def test_adda_s_domain_classifier_learns_from_its_own_loss_alone():
    method = phase(of(ADDA, s.ADDA()), 0)
    learned = method.begin(1)
    assert not {id(p) for p in learned} & {id(p) for p in method.critic.parameters()}
    encoder = [p.clone() for p in learned]
    parts = method.losses(method.world.draw(), 0)
    assert set(parts) == {"passing_loss"}
    assert all(torch.equal(a, b) and b.grad is None for a, b in zip(encoder, learned)), (
        "judging must not teach the encoder"
    )
    critic = {name: value.clone() for name, value in method.critic.state_dict().items()}
    parts["passing_loss"].backward()
    assert all(p.grad is not None for p in learned) and not changed(critic, method.critic.state_dict())
    method.losses(method.world.draw(), 0)
    assert changed(critic, method.critic.state_dict())
    assert method.rate(1) == method.settings.method.encoder_rate and method.rate(0) == method.settings.learning_rate


@pytest.mark.parametrize("frozen", ["none", "features"])
def test_fine_tuning_leaves_the_source_s_network_behind(frozen):
    method = phase(of(tune.FineTune, s.FineTune(frozen=frozen), granted=3), 0)
    before = {name: value.clone() for name, value in method.net.state_dict().items()}
    phase(method, 1)
    assert not changed(before, method.net.state_dict())
    moved = changed(before, method.twin.state_dict())
    assert moved == {"head.weight", "head.bias"} if frozen == "features" else "layers.0.weight" in moved


def test_fine_tuning_sees_no_label_in_its_first_phase(whole_run, monkeypatch):
    """What it goes on from is the source's network, whatever the target's labels are."""
    method = of(tune.FineTune, s.FineTune(), granted=3)
    noise_instead_of(monkeypatch, "train_y")
    blind = of(tune.FineTune, s.FineTune(), granted=3)
    assert not torch.equal(method.world.granted_x, blind.world.granted_x)
    assert same(weights(phase(method, 0)), weights(phase(blind, 0)))


# ---- self-training ----


def believed_by_hand(p, share):
    kept = set()
    for which in range(p.shape[1]):
        own = [i for i, row in enumerate(p.tolist()) if row.index(max(row)) == which]
        own.sort(key=lambda i: (-max(p[i].tolist()), i))
        kept |= {(i, which) for i in own[: max(1, round(share * len(own)))]}
    return kept


@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 99), st.sampled_from([0.01, 0.2, 0.5, 0.8, 1.0]))
def test_the_surest_of_each_class_are_believed(n, classes, seed, share):
    """Of coarse probabilities, so that there are ties."""
    p = torch.randint(1, 5, (n, classes), generator=seeded(seed)).float()
    p = p / p.sum(1, keepdim=True)
    index, labels = selftrain.believed(p, share)
    assert set(zip(index.tolist(), labels.tolist())) == believed_by_hand(p, share) and len(set(index.tolist())) == len(
        index
    )


def test_whom_to_believe_by_hand():
    p = torch.tensor([[0.9, 0.1, 0], [0.6, 0.4, 0], [0.2, 0.8, 0], [0.7, 0.3, 0], [0.8, 0.2, 0], [0.8, 0.2, 0]])
    index, labels = selftrain.believed(p, 0.4)
    assert index.tolist() == [0, 4, 2] and labels.tolist() == [0, 0, 1], "two of five 0s, at least one 1, no 2 at all"
    index, labels = selftrain.believed(p, 1.0)
    assert sorted(index.tolist()) == list(range(6)) and torch.equal(labels, p.argmax(1)[index])


@pytest.mark.parametrize("rounds", [1, 2, 5, 10])
def test_the_last_round_believes_all_and_each_more_than_the_one_before(rounds):
    shares = [selftrain.share_of(phase, rounds) for phase in range(1, rounds + 1)]
    assert shares[-1] == 1 and shares == sorted(set(shares)) and 0 < shares[0] and (rounds == 1 or shares[0] < 1)


@pytest.mark.parametrize("pixels", ["standardised", "raw"])
@pytest.mark.parametrize("start", ["dann", "source"])
def test_what_is_believed_is_what_the_network_says_to_the_pictures(pixels, start):
    method = of(
        selftrain.SelfTraining, s.SelfTraining(start=start, rounds=1), target=s.Inverted(inversion=20), pixels=pixels
    )
    phase(method, 0, 10)
    said = predict(method.twin, method.world.pair.target.train_x).argmax(1)
    method.begin(1)
    assert len(method.index) == len(said)
    assert (method.labels == said[method.index]).float().mean() > 0.99, "but for rounding"


def test_rounds_learn_from_what_was_believed_and_keep_the_domain_classifier_at_work():
    method = phase(of(selftrain.SelfTraining, s.SelfTraining(rounds=2)), 0, 20)
    assert [method.lam_at(p) for p in (0, 0.5)] == [0, rising(0.5, selftrain.GAMMA)]
    method.begin(1)
    assert method.lam_at(0) == rising(1, selftrain.GAMMA), "λ does not start again from 0"
    parts = method.losses(method.world.draw(), 0)
    assert set(parts) == {"loss", "domain_loss"}
    here = method.world.draw()
    state = method.world.generator.get_state()
    right = method.losses(here, 0)["loss"].item()
    method.labels, _ = 1 - method.labels, method.world.generator.set_state(state)
    assert method.losses(here, 0)["loss"].item() > right, "the labels that were believed are not learned from"


def test_from_the_source_alone_there_is_no_domain_classifier():
    method = phase(of(selftrain.SelfTraining, s.SelfTraining(start="source", rounds=2)), 0)
    assert method.critic is None and method.lam_at(0.5) is None
    method.begin(1)
    assert set(method.losses(method.world.draw(), 0)) == {"loss"}
