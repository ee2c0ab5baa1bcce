"""The store of runs: what is saved comes back exactly, all or nothing, and no foreign file can hurt it."""

import json
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from safetensors.numpy import save as save_tensors

from core import labs, runs
from core.events import Finished, Metrics, Model, Picture, Started, Warned
from core.runs import RunError, Unfit
from core.settings import flatten
from tests.core.test_events import events, same

ROOT = Path(__file__).resolve().parents[2]
PLENTY = 1 << 30


def example(
    run_id: str = "compression-1", *, size: int = 100, value: float = 0.5, lab: str = "compression"
) -> runs.Run:
    """A run with every kind of event; its model's only weight has `size` entries that all hold `value`."""
    log = [
        Started(12, {"parameters": 3, "tensor": "x"}),
        Metrics(6, {"loss": 0.1, "accuracy": float("nan")}),
        Picture(6, "gamma", np.arange(6, dtype=np.float32)),
        Metrics(12, {"loss": 1 / 3}),
        Picture(12, "empty", np.zeros((0, 3), np.uint8)),
        Picture(12, "number", np.array(7, np.int64)),
        Warned(12, "diverged", "“So” it ended."),
        Finished(
            12,
            {"accuracy": 98.7, "why": "ünï"},
            {
                "student": Model({"conv": [4]}, {"w": np.full(size, value, np.float32)}),
                "control": Model({"conv": []}, {"w": np.ones((2, 2))}),
            },
        ),
    ]
    settings = flatten(labs.of("compression").settings())
    return runs.make(run_id, lab, settings, log, 1.23456, "finished")


def header_of(data: bytes) -> int:
    return 8 + struct.unpack("<Q", data[:8])[0]


def with_header(header, tensors: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


# ---- there and back ----


def test_round_trip_is_exact(own_runs):
    run = example()
    file = runs.save(run)
    assert file == own_runs / "compression-1.safetensors" and names(own_runs) == [file.name]
    back = runs.load("compression-1")
    assert same(list(back.events), list(run.events))
    assert back.about == run.about
    assert back.settings == labs.of("compression").settings()
    assert list(back.models) == back.about.models == ["student", "control"]
    assert runs.listing() == ([run.about], [])


@given(events)
def test_any_event_comes_back(event):
    run = runs.Run(example().about, (event, event))
    assert same(list(runs.from_bytes(runs.to_bytes(run)).events), [event, event])


def test_what_is_known_about_a_run():
    about = example().about
    assert about.code == labs.code_version() and about.seconds == 1.23 and not about.shipped
    assert about.summary == {"accuracy": 98.7, "why": "ünï"}
    assert about.machine["cores"] == os.cpu_count() and about.machine["threads"] == 1
    assert set(about.machine) >= {"processor", "torch", "python"}


def test_a_stopped_run_has_no_models_and_says_so():
    run = runs.make("a", "compression", {}, [Started(3), Metrics(1, {"loss": 1.0})], 1, "stopped")
    assert run.finished is None and run.models == {} and run.about.models == []
    with pytest.raises(RunError, match="holds no model"):
        run.net()


def test_history_is_a_table():
    log = [
        Metrics(1, {"a": 1.0}),
        Picture(1, "p", np.zeros(1)),
        Metrics(2, {"b": 2.0}),
        Metrics(3, {"a": 3.0, "b": 4.0}),
    ]
    run = runs.make("a", "compression", {}, log, 1, "finished")
    assert run.history() == ([1, 2, 3], {"a": [1.0, None, 3.0], "b": [None, 2.0, 4.0]})
    assert [picture.step for picture in run.pictures("p")] == [1] and run.pictures("q") == []


def test_the_network_of_a_run_answers_as_before(own_runs):
    import torch

    from core.nets import DigitNet, predict, to_model

    net = DigitNet(conv=(4,), dense=(8,))
    x = torch.rand(3, 1, 28, 28)
    runs.save(runs.make("a", "compression", {}, [Finished(1, {}, {"net": to_model(net)})], 1, "finished"))
    assert torch.equal(predict(runs.load("a").net(), x), predict(net, x))
    assert torch.equal(predict(runs.load("a").net("net"), x), predict(net, x))
    with pytest.raises(RunError, match="“other”"):
        runs.load("a").net("other")


def test_saving_again_replaces(own_runs):
    file = runs.save(example(value=1))
    times = file.stat()
    assert runs.load("compression-1").models["student"].weights["w"][0] == 1
    runs.save(example(value=2))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # a clock too coarse to tell the two apart
    assert runs.load("compression-1").models["student"].weights["w"][0] == 2
    assert len(runs.listing()[0]) == 1


# ---- listing ----


def bytes_read():
    """By this process so far, as the kernel counts them."""
    if not Path("/proc/self/io").exists():
        pytest.skip("counts bytes read in /proc")
    return int(Path("/proc/self/io").read_text().split()[1])


def test_a_giant_header_is_not_even_read(own_runs):
    own_runs.mkdir()
    size = runs.LARGEST_HEADER + 1
    with (own_runs / "giant.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", size))
        file.truncate(8 + size)  # a hole: it takes no room on the disk
    before = bytes_read()
    assert [len(part) for part in runs.listing()] == [0, 1]
    assert bytes_read() - before < 1_000_000


def test_listing_reads_headers_only(own_runs):
    file = runs.save(example(size=8_000_000))
    data = bytearray(file.read_bytes())
    data[header_of(data) :] = os.urandom(len(data) - header_of(data))
    file.write_bytes(data)
    before = bytes_read()
    found, skipped = runs.listing()
    assert bytes_read() - before < 1_000_000 < file.stat().st_size
    assert [about.id for about in found] == ["compression-1"] and skipped == []


def test_listing_order_and_labs(own_runs):
    for i, (run_id, lab) in enumerate([("a", "compression"), ("b", "gan"), ("c", "compression")]):
        run = example(run_id, lab=lab)
        runs.save(replace(run, about=replace(run.about, created=1000.0 + i)))
    old = example("shipped-one")
    runs.save(replace(old, about=replace(old.about, created=1.0)), runs.SHIPPED)
    assert [about.id for about in runs.listing()[0]] == ["shipped-one", "c", "b", "a"]
    assert [about.id for about in runs.listing("compression")[0]] == ["shipped-one", "c", "a"]
    assert [about.shipped for about in runs.listing()[0]] == [True, False, False, False]
    assert runs.load("shipped-one").about.shipped and not runs.load("a").about.shipped


def test_no_folder_is_an_empty_store(own_runs):
    assert runs.listing() == ([], []) and not own_runs.exists()


# ---- torn and foreign files ----


def test_torn_anywhere(own_runs):
    good = runs.save(example("good"))
    data = runs.to_bytes(example("torn"))
    end = header_of(data)
    cuts = {0, 1, 7, 8, 9, end - 1, end, end + 1, len(data) - 1} | {i * len(data) // 43 for i in range(43)}
    assert len(cuts) >= 50
    for cut in cuts:
        (own_runs / "torn.safetensors").write_bytes(data[:cut])
        found, skipped = runs.listing()
        assert [about.id for about in found] == [good.stem], f"cut at {cut}"
        (sentence,) = skipped
        assert "“torn.safetensors”" in sentence and sentence.endswith(".") and sentence.isprintable()
        with pytest.raises(RunError, match="not a run that Lectern can read"):
            runs.load("torn")
    (own_runs / "torn.safetensors").write_bytes(data + b"\0")
    assert len(runs.listing()[1]) == 1


ABOUT = {
    "id": "foreign",
    "lab": "compression",
    "settings": {},
    "state": "finished",
    "seconds": 1.0,
    "created": 1.0,
    "code": "c",
    "machine": {},
}


def ours(**changed):
    """The bytes of a file with our header, some of its entries changed."""
    return with_header({"__metadata__": {"lectern": json.dumps({"about": ABOUT | changed, "events": []})}})


FOREIGN = {
    "nothing": b"",
    "random": np.random.default_rng(0).bytes(5000),
    "text": b"once upon a time there was a run" * 9,
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.",
    "zip": b"PK\x03\x04" + bytes(500),
    "tensors of somebody else": save_tensors({"w": np.ones(3)}),
    "with their metadata": save_tensors({"w": np.ones(3)}, {"format": "pt"}),
    "an endless header": struct.pack("<Q", 2**63) + b"{}",
    "a header longer than the file": struct.pack("<Q", 10**6) + b"{}",
    "no header": struct.pack("<Q", 0),
    "a list": with_header([]),
    "a number": with_header(3),
    "no metadata": with_header({"__metadata__": None}),
    "metadata that is text": with_header({"__metadata__": "lectern"}),
    "an empty word": with_header({"__metadata__": {"lectern": ""}}),
    "null": with_header({"__metadata__": {"lectern": "null"}}),
    "no about": with_header({"__metadata__": {"lectern": "{}"}}),
    "not utf-8": with_header(b"\xff\xfe{}"),
    "deeply nested": with_header(b"[" * 100_000),
    "deeply nested inside": with_header({"__metadata__": {"lectern": "[" * 100_000}}),
    "tensor without place": with_header({"__metadata__": {"lectern": json.dumps({"about": ABOUT})}, "w": {}}),
    "tensor with half a place": with_header(
        {"__metadata__": {"lectern": json.dumps({"about": ABOUT})}, "w": {"data_offsets": [0]}}
    ),
    "entries missing": with_header({"__metadata__": {"lectern": json.dumps({"about": {"id": "foreign"}})}}),
    "renamed": ours(id="another"),
    "id that climbs": ours(id="../foreign"),
    "created is text": ours(created="soon"),
    "created is not a number": ours(created=float("nan")),
    "created in the far future": ours(created=1e300),
    "lab is a list": ours(lab=["compression"]),
    "settings are text": ours(settings="all"),
    "models are numbers": ours(models=[1]),
}


def test_the_foreign_header_itself_is_fine(own_runs):
    own_runs.mkdir()
    (own_runs / "foreign.safetensors").write_bytes(ours())
    assert [about.id for about in runs.listing()[0]] == ["foreign"]
    (own_runs / "foreign.safetensors").write_bytes(ours(an_entry_of_tomorrow=1))
    assert [about.id for about in runs.listing()[0]] == ["foreign"]


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_foreign_files_are_skipped(data, own_runs):
    runs.save(example("good"))
    (own_runs / "foreign.safetensors").write_bytes(data)
    found, skipped = runs.listing()
    assert [about.id for about in found] == ["good"]
    (sentence,) = skipped
    assert "“foreign.safetensors”" in sentence and sentence.endswith(".") and sentence.isprintable()
    assert len(sentence) < 400


def test_things_that_are_no_files_are_skipped(own_runs):
    runs.save(example("good"))
    (own_runs / "folder.safetensors").mkdir()
    (own_runs / "nowhere.safetensors").symlink_to(own_runs / "gone")
    os.mkfifo(own_runs / "pipe.safetensors")  # whoever opened it would wait for ever
    found, skipped = runs.listing()
    assert [about.id for about in found] == ["good"]
    assert len(skipped) == 2 and all("it is not a file" in sentence for sentence in skipped)
    with pytest.raises(RunError):
        runs.load("pipe")


def test_an_event_log_that_lies_is_refused(own_runs):
    for log in (
        [{"event": "Nobody"}],
        [{"event": "Metrics"}],
        [3],
        {"a": 1},
        None,
        [{"event": "Picture", "step": 1, "name": "p", "array": {runs.TENSOR: "absent"}}],
        [{"event": "Finished", "step": 1, "summary": {}, "models": {"m": {"arch": {}}}}],
    ):
        data = with_header({"__metadata__": {"lectern": json.dumps({"about": ABOUT, "events": log})}})
        with pytest.raises(RunError, match="not a run that Lectern can read"):
            runs.from_bytes(data)


# ---- on the page of a lab ----


def test_every_shipped_run_fits_its_own_lab_and_no_other():
    for about in runs.listing()[0]:
        if about.shipped:
            run = runs.load(about.id)
            assert runs.of_lab(run, about.lab) is run
            for other in set(labs.LABS) - {about.lab}:
                with pytest.raises(Unfit, match=f"^Run “{about.id}” belongs to another lab .{about.lab}.[.]$"):
                    runs.of_lab(run, other)


BEGUN, MEASURED, ENDED = Started(12), Metrics(6, {"loss": 0.1}), Finished(12, {})
UNFIT = {
    "nothing": [],
    "no beginning": [MEASURED, ENDED],
    "facts that are none": [Started(12, "facts"), ENDED],
    "two beginnings": [BEGUN, BEGUN, ENDED],
    "an end in the middle": [BEGUN, ENDED, MEASURED, ENDED],
    "no end": [BEGUN, MEASURED],
    "steps that fall": [BEGUN, MEASURED, Metrics(5, {"loss": 0.1}), ENDED],
    "a step that is a text": [BEGUN, Metrics("6", {"loss": 0.1}), ENDED],
    "a step before the first": [BEGUN, Metrics(-1, {"loss": 0.1}), ENDED],
    "no total": [Started(None), MEASURED, ENDED],
    "a number of another lab": [BEGUN, Metrics(6, {"perplexity": 0.1}), ENDED],
    "a number that is a text": [BEGUN, Metrics(6, {"loss": "low"}), ENDED],
    "numbers that are a list": [BEGUN, Metrics(6, [1]), ENDED],
    "a picture that is a text": [BEGUN, Picture(6, "gamma", "…"), ENDED],
    "a picture without a name": [BEGUN, Picture(6, 7, np.zeros(3)), ENDED],
    "a warning without words": [BEGUN, Warned(6, "odd", None), ENDED],
}


@pytest.mark.parametrize("log", UNFIT.values(), ids=UNFIT)
def test_a_record_that_no_training_writes_is_refused_in_one_sentence(log):
    made = runs.make(
        "odd", "compression", flatten(labs.of("compression").settings()), [BEGUN, MEASURED, ENDED], 1.0, "finished"
    )
    assert runs.of_lab(made, "compression") is made
    with pytest.raises(Unfit, match="^The record of run “odd” is not one that this lab writes: [^.]*[.]$"):
        runs.of_lab(replace(made, events=tuple(log)), "compression")
    with pytest.raises(Unfit, match="settings that this lab does not have. “colour” is not a setting here"):
        runs.of_lab(replace(made, about=replace(made.about, settings={"colour": 1})), "compression")


def test_a_stopped_run_needs_no_end():
    made = runs.make(
        "odd", "compression", flatten(labs.of("compression").settings()), [BEGUN, MEASURED], 1.0, "stopped"
    )
    assert runs.of_lab(made, "compression") is made


# ---- all or nothing ----

KILLED = """
import os, resource, signal, sys
sys.path.insert(0, os.getcwd())
from pathlib import Path
from core import runs
from tests.core.test_runs import example
runs.SHIPPED = Path("/nowhere")
old, new = example(size=500_000, value=1), example(size=500_000, value=2)

def before_line(number):
    # dies just before the number-th line that `save` runs
    def trace(frame, event, _):
        nonlocal number
        if frame.f_code is not runs.save.__code__:
            return None
        number -= event == "line"
        if number < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)

def after_bytes(number):
    # dies inside the write, when the file has that many bytes
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))

kept = []
for way, number in [(after_bytes, n) for n in (1, 300, 1_000_000)] + [(before_line, n) for n in range(100)]:
    runs.save(old)
    if (child := os.fork()) == 0:
        way(number)
        runs.save(new)
        os._exit(0)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        break  # `save` has no more lines than these
    found, skipped = runs.listing()
    assert [about.id for about in found] == ["compression-1"] and skipped == [], (way, number, found, skipped)
    weights = runs.load("compression-1").models["student"].weights["w"]
    assert (weights == weights[0]).all(), (way, number)
    kept.append(int(weights[0]))
assert number > 10, (way, number, "nothing was killed")
print(*kept)
"""


def test_killed_while_saving(own_runs, python):
    done = python(KILLED)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"1", "2"}, (
        "the kills fell both before and after the moment the new run is there"
    )
    abandoned = list(own_runs.glob(".*.part"))
    assert len(abandoned) > 3
    for part in abandoned[1:]:
        os.utime(part, (1, 1))
    runs.save(example("next"))
    assert list(own_runs.glob(".*.part")) == abandoned[:1], "old leftovers are cleared, a fresh one may be in use"


FULL = """
import os, resource, sys
sys.path.insert(0, os.getcwd())
from pathlib import Path
from core import runs
from tests.core.test_runs import example, names
runs.SHIPPED = Path("/nowhere")
folder = runs.env.runs_folder()
runs.save(example(value=1))
if "limit" in sys.argv:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
for run_id in ("compression-1", "another"):
    try:
        runs.save(example(run_id, value=2, size=1_000_000))
    except runs.RunError as error:
        print(error)
    assert names(folder) == ["compression-1.safetensors"], names(folder)
assert runs.load("compression-1").models["student"].weights["w"][0] == 1
runs.save(example("small", value=3))
assert len(runs.listing()[0]) == 2
"""


def assert_two_sentences(done, reason):
    assert done.returncode == 0, done.stderr
    sentences = done.stdout.splitlines()
    assert len(sentences) == 2
    for sentence in sentences:
        assert sentence.startswith("The run could not be saved in ") and sentence.endswith(f"{reason}.")


def test_file_too_large_for_the_place(own_runs, python):
    assert_two_sentences(python(FULL, "limit"), "File too large")


def test_disk_full(tmp_path):
    """A real file system of one megabyte, in a mount namespace that ends with the process."""
    shell = (
        f"mount -t tmpfs -o size=1m tmpfs {tmp_path} && touch {tmp_path}/mounted && "
        f'LECTERN_RUNS={tmp_path}/runs exec {sys.executable} -c "$0"'
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", shell, FULL], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    if done.returncode and "Traceback" not in done.stderr:
        pytest.skip(f"no right to mount here: {done.stderr.strip()[:80]}")
    assert_two_sentences(done, "No space left on device")


READ_ONLY = """
import os, sys
sys.path.insert(0, os.getcwd())
from core import runs
from tests.core.test_runs import example
try:
    runs.save(example("another"))
except runs.RunError as error:
    print(error)
print([about.id for about in runs.listing()[0] if not about.shipped])
"""


def test_a_read_only_store(own_runs):
    """What is there can be seen; what cannot be kept is said. Root may write everywhere, unless it gives up that right."""
    runs.save(example())
    own_runs.chmod(0o555)
    humble = ["setpriv", "--inh-caps", "-dac_override", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*humble, sys.executable, "-c", READ_ONLY], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    own_runs.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"The run could not be saved in {own_runs}: Permission denied.\n['compression-1']\n"


@pytest.mark.parametrize("place", ["/dev/null/runs", "/proc/lectern"])
def test_places_where_nothing_can_be_saved(place, monkeypatch):
    monkeypatch.setenv("LECTERN_RUNS", place)
    with pytest.raises(RunError, match=f"could not be saved in {place}: .+\\."):
        runs.save(example())
    assert runs.listing()[1] == [] and runs.path_of  # nothing there is simply an empty store


def test_a_run_that_cannot_be_packed_leaves_nothing_behind(own_runs):
    with pytest.raises(TypeError):
        runs.save(runs.make("a", "compression", {}, [Started(1, {"object": object()})], 1, "finished"))
    assert names(own_runs) == []


# ---- names, shipped runs, the bound ----

BAD_IDS = [
    "",
    ".",
    "..",
    "../compression-1",
    "a/b",
    "/etc/passwd",
    "A",
    "a b",
    "a.b",
    "a_b",
    "ä",
    "１",
    "a\n",
    "\x00",
    "x" * 81,
    "x" * 10_000,
    "%2e%2e",
    "-" * 81,
    "~",
]


@pytest.mark.parametrize("run_id", BAD_IDS)
def test_bad_ids(run_id, own_runs, tmp_path):
    own_runs.mkdir()
    (tmp_path / "compression-1.safetensors").write_bytes(runs.to_bytes(example()))
    before = sorted(tmp_path.rglob("*"))
    for use in (runs.load, runs.delete, runs.path_of, lambda run_id: runs.save(example(run_id))):
        with pytest.raises(RunError, match="cannot be the name of a run") as refusal:
            use(run_id)
        assert len(str(refusal.value)) < 200
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("run_id", ["a", "0", "compression-0123456789ab-12", "x" * 80])
def test_good_ids(run_id, own_runs):
    runs.save(example(run_id))
    assert runs.load(run_id).about.id == run_id
    runs.delete(run_id)
    assert names(own_runs) == []
    for use in (runs.load, runs.delete):
        with pytest.raises(RunError, match="no stored run called"):
            use(run_id)


def test_a_shipped_run_cannot_be_deleted_or_replaced(own_runs):
    file = runs.save(example(value=1), runs.SHIPPED)
    with pytest.raises(RunError, match="shipped run stays"):
        runs.delete("compression-1")
    runs.save(example(value=2))  # somebody's own run of the same name
    assert file.is_file() and runs.load("compression-1").models["student"].weights["w"][0] == 1


def test_every_shipped_run_can_be_read():
    """The files in assets/runs are what they claim, and every setting in them is still accepted."""
    for about in [about for about in runs.listing()[0] if about.shipped]:
        run = runs.load(about.id)
        assert run.settings.model_fields_set and run.about.state == "finished"
        for name in about.models:
            run.net(name)
        for name in set(run.models) - set(about.models):  # a lab's own networks, which no other lab can open
            with pytest.raises(RunError, match="reads digits"):
                run.net(name)
    assert not [sentence for sentence in runs.listing()[1] if "assets" in sentence]
