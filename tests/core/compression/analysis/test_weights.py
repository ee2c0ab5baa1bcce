"""Single weights set to zero, timed."""

from core.compression.analysis import weights


def test_layer_and_network_are_timed_full_and_with_zeros(small_teacher):
    found = weights.pruning_latency(small_teacher, 90, batch=4, repeats=1)
    assert list(found) == ["layer", "layer with zeros", "layer as sparse rows", "network", "network with zeros"]
    assert all(ms > 0 for ms in found.values())


def test_a_stored_run_s_network_is_timed(monkeypatch):
    monkeypatch.setattr(weights, "pruning_latency", lambda net, sparsity: (net.arch["conv"], sparsity))
    assert weights.latencies("compression-teacher", "model", 80) == ([16, 32, 64], 80)
