"""Events survive the way through msgpack unchanged, and what travels is plain."""

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.events import KINDS, Finished, Metrics, Model, Picture, Started, Turned, Warned, pack, unpack

DTYPES = ("<f4", "<f8", "<f2", "|i1", "<i8", "|u1", "<u2", "|b1")
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20)
# names like those of the packed form itself must not confuse it
names = st.sampled_from(["dtype", "shape", "bytes", "arch", "weights", "tensor", "event"]) | st.text(max_size=8)
plain = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(np.dtype(dtype), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
)
models = st.builds(Model, st.dictionaries(names, plain, max_size=3), st.dictionaries(names, arrays, max_size=3))
steps = st.integers(0, 10**9)
events = st.one_of(
    st.builds(Started, steps, st.dictionaries(names, plain, max_size=4)),
    st.builds(Metrics, steps, st.dictionaries(names, st.floats(), max_size=4)),
    st.builds(Picture, steps, names, arrays),
    st.builds(Warned, steps, names, st.text()),
    st.builds(Turned, steps, st.dictionaries(names, scalars, max_size=4)),
    st.builds(Finished, steps, st.dictionaries(names, plain, max_size=4), st.dictionaries(names, models, max_size=2)),
)


def same(a, b) -> bool:
    """Equal in type and value, arrays bit by bit, NaN equal to NaN."""
    if type(a) is not type(b):
        return False
    match a:
        case np.ndarray():
            return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        case dict():
            return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
        case list():
            return len(a) == len(b) and all(map(same, a, b))
        case float():
            return a == b or (a != a and b != b)
        case _ if hasattr(a, "__dataclass_fields__"):
            return same(vars(a), vars(b))
        case _:
            return a == b


def through_msgpack(event):
    """The packed form after a strict msgpack (it refuses numpy, tuples and anything that is not plain)."""
    return msgpack.unpackb(msgpack.packb(pack(event), strict_types=True), strict_map_key=True)


@given(events)
def test_round_trip(event):
    assert same(unpack(through_msgpack(event)), event)
    tuples = msgpack.unpackb(msgpack.packb(pack(event)), use_list=False)  # this is how Dask unpacks
    assert same(unpack(tuples), event)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3, 4)])
def test_arrays_keep_type_and_shape(dtype, shape):
    array = np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)
    assert same(unpack(through_msgpack(Picture(3, "gamma", array))).array, array)


def test_a_view_travels_as_what_it_shows():
    array = np.arange(24, dtype="<f4").reshape(4, 6)
    for view in (array.T, array[::2, ::-1], np.broadcast_to(array[0], (3, 6))):
        assert np.array_equal(unpack(through_msgpack(Picture(0, "p", view))).array, view)


@pytest.mark.parametrize(
    "facts",
    [
        {"arch": {"conv": [4]}, "weights": {}},
        {"arch": "conv", "weights": 12, "more": 1},
        {"dtype": "<f4", "shape": [1], "bytes": 4},
        {"tensor": "x"},
        {"event": "Metrics"},
    ],
)
def test_facts_may_have_any_names(facts):
    event = Finished(1, {"inner": facts} | facts, {"arch": Model({"conv": [4]}, {"shape": np.zeros(2)})})
    assert same(unpack(through_msgpack(event)), event)


def test_numpy_scalars_int_keys_and_tuples_become_plain():
    event = Finished(
        np.int64(7),
        {
            "accuracy": np.float32(0.5),
            "counts": {1: np.int8(2)},
            "shape": (1, np.uint8(2)),
            "flag": np.bool_(True),
            "nan": np.float64("nan"),
        },
    )
    out = unpack(through_msgpack(event))
    assert (out.step, type(out.step)) == (7, int)
    assert out.summary["accuracy"] == 0.5 and out.summary["counts"] == {"1": 2} and out.summary["shape"] == [1, 2]
    assert out.summary["flag"] is True and out.summary["nan"] != out.summary["nan"]


@pytest.mark.parametrize("array", [np.array([{}, None], dtype=object), np.array(["a", "b"])])
def test_arrays_that_no_file_can_hold_are_refused_at_once(array):
    with pytest.raises(TypeError):
        pack(Picture(0, "p", array))


def test_every_kind_is_known():
    assert set(KINDS) == {"Started", "Metrics", "Picture", "Warned", "Turned", "Finished"}


@pytest.mark.parametrize(
    "foreign",
    [
        {},
        {"event": "Nobody"},
        {"event": "Metrics"},
        {"event": "Metrics", "step": 1},
        {"event": "Metrics", "step": 1, "values": {}, "more": 1},
    ],
)
def test_foreign_messages_are_refused(foreign):
    with pytest.raises((KeyError, TypeError)):
        unpack(foreign)


def test_events_do_not_change():
    for event in (Started(1), Metrics(1, {}), Warned(1, "a", "b"), Turned(1, {"batch": 16}), Finished(1, {})):
        with pytest.raises(AttributeError):
            event.step = 2
