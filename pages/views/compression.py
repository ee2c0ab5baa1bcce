"""What the compression page draws: the live pictures of each method, and the views of Look inside.

Every view is a fragment: its sliders redraw the view alone, from networks that are loaded and curves that are cached.
"""

import streamlit as st

from core import runs
from core.runs import RunError
from pages.shared import digit, drawing, figures, shown
from pages.shared.figures import CONFIG, Line
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views import compression_data as data


def pictures(current: Shown) -> None:
    """Under the live curves: what only this method has to show while it trains."""
    if gammas := [e for e in current.events if getattr(e, "name", "") == "gamma"]:
        st.plotly_chart(
            figures.histogram(
                {_("all |γ|"): ("after", gammas[-1].array)},
                _("scale |γ| of a channel or neuron"),
                _("how many"),
                height=220,
            ),
            key="live/gamma",
            config=CONFIG,
            alt=_("Histogram of all γ"),
        )


def inside(current: Shown) -> None:
    """The views, the one of the run's own method first opened."""
    if not shown.networks(current):
        st.info(_("There is no network to look into yet: let a run end."))
        return
    method = current.settings.method.name if current.settings else "distill"
    first = {"slim": "neurons", "prune": "weights", "redesign": "redesign", "quantize": "bits", "deep": "deep"}.get(
        method, "soft"
    )
    views = {
        "soft": (_("Soft targets"), soft_targets),
        "neurons": (_("Neurons and γ"), neurons),
        "weights": (_("Weights"), weights),
        "redesign": (_("Redesign"), redesign),
        "bits": (_("Bits"), bits),
        "deep": (_("Deep Compression"), deep),
        "pareto": (_("Everything tried"), pareto),
    }
    where = f"inside/{current.id}"
    view = st.segmented_control(
        _("View"),
        list(views),
        format_func=lambda v: views[v][0],
        default=first,
        key=where,
        required=True,
        label_visibility="collapsed",
    )
    views[view][1](current)


def network(current: Shown, where: str, first: str = "") -> tuple[str, str]:
    """Which network a view looks into: the teacher that the run began with, or what the run made of it.

    first: the model that is shown first when the run has it.
    """
    options = shown.networks(current)
    start = next((name for name, (__, model) in options.items() if model == first), next(iter(options)))
    chosen = st.segmented_control(
        _("Network"), list(options), key=f"{where}/{current.id}", default=start, required=True
    )
    return options[chosen]


@st.fragment
def soft_targets(current: Shown) -> None:
    """Choose a digit, move T, and see the soft targets breathe."""
    left, right = st.columns([1, 1.8], gap="large")
    with left:
        index = digit.pick("soft", 3, 4)
    with right:
        T = st.slider(_("Temperature $T$"), 1.0, 20.0, 4.0, 0.5, format="%g", key="soft/T")
        groups, entropies = {}, []
        for name, (run_id, model) in list(shown.networks(current).items())[:2]:
            probabilities, bits_of = data.soft_target(run_id, model, index, T)
            groups[name] = ("after" if groups else "before", probabilities)
            entropies.append(f"{name} {bits_of:.2f} {_('bits')}")
        st.plotly_chart(
            figures.bars(groups, range(10), _("class"), _("probability at temperature T"), 300, ".2f", top=1.12),
            key="soft/bars",
            config=CONFIG,
            alt=_("Probability of each class at this temperature"),
        )
        teacher = next(iter(groups.values()))[1]
        wrong = sorted(range(10), key=lambda c: -teacher[c])[1:4]
        st.markdown(
            f"{_('Entropy')}: {' · '.join(entropies)} ({_('0 is certain, 3.32 knows nothing')}). "
            + _("Most alike, says the teacher: ")
            + ", ".join(f"**{c}** ({100 * teacher[c]:.2g} %)" for c in wrong)
            + "."
        )
    why_t_squared(current)


def why_t_squared(current: Shown) -> None:
    """The gradient argument for T², on this run's student and teacher."""
    curve = data.gradient_norms(*list(shown.networks(current).values())[:2])
    if curve is None:
        return
    st.markdown(
        f"**{_('Why T² belongs in the loss.')}** "
        + _(
            "Softer targets give smaller gradients, about 1/T². Multiplied by T², the soft loss keeps its weight against the hard loss "
            "when you move T. PyTorch's default reduction also divides by the ten classes: a mistake that looks like a weak teacher."
        )
    )
    roles = {"with T²": "after", "without T²": "danger", "wrong reduction": "control"}
    lines = [Line(_(name), role, curve["temperature"], curve[name]) for name, role in roles.items()]
    st.plotly_chart(
        figures.curves(lines, _("temperature T"), _("gradient norm of the soft loss"), 280, log_y=True),
        key="soft/t2",
        config=CONFIG,
        alt=_("Gradient norm against temperature, with and without the factor T squared"),
    )


@st.fragment
def neurons(current: Shown) -> None:
    """γ of every channel; a ratio that answers at once with the physically smaller network."""
    run_id, model = network(current, "neurons", first="sparse")
    left, right = st.columns([2, 1])
    ratio = left.slider(_("Remove this share of all channels and neurons (%)"), 0, 95, 50, key="neurons/ratio")
    relative = right.segmented_control(
        _("Compare"),
        [True, False],
        default=True,
        key="neurons/relative",
        required=True,
        format_func=lambda r: _("|γ| within its layer") if r else _("|γ| itself, as in the paper"),
    )
    try:
        curve = data.curve(run_id, model, "ratio/relative" if relative else "ratio/absolute")
    except ValueError as error:  # a separable network has no channels that can go one by one
        st.info(str(error), icon=":material/info:")
        return
    before, point = data.widths(run_id, model), data.slim_point(run_id, model, ratio, relative)
    threshold = data.gamma_threshold(run_id, model, ratio, relative)
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            _("Accuracy, no fine-tuning"),
            f"{point['accuracy']:.1f} %",
            f"{point['accuracy'] - curve[0]['accuracy']:.1f}",
            width="content",
        )
        st.metric(
            _("Parameters"),
            f"{point['parameters']:,}",
            f"{100 * point['parameters'] / curve[0]['parameters'] - 100:.0f} %",
            delta_color="inverse",
            width="content",
        )
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            figures.histogram(
                {_("|γ|"): ("before", data.gammas(run_id, model, relative))},
                _("|γ| as a share of its layer's largest") if relative else _("|γ| of a channel or neuron"),
                _("how many"),
                marks={_("removed below"): threshold},
            ),
            key="neurons/gamma",
            config=CONFIG,
            alt=_("Histogram of γ with the threshold"),
        )
    with right:
        lines = [
            Line(_("pruned, not fine-tuned"), "danger", [p["ratio"] for p in curve], [p["accuracy"] for p in curve])
        ]
        st.plotly_chart(
            figures.curves(lines, _("removed (%)"), _("test accuracy (%)"), 280, marks={_("now"): ratio}),
            key="neurons/curve",
            config=CONFIG,
            alt=_("Accuracy against the removed share"),
        )
    st.image(
        drawing.networks(data.unit_names(run_id, model), before, point["widths"]),
        width=640,
        caption=_("The network before (blue) and after (orange): the height of a layer is the root of its width."),
        alt=_("Width of every layer, before and after: ")
        + ", ".join(f"{b} → {a}" for b, a in zip(before, point["widths"])),
    )


@st.fragment
def weights(current: Shown) -> None:
    """Single weights by magnitude: accuracy against sparsity, and why zeros alone are not faster."""
    run_id, model = network(current, "weights")
    curves = {scope: data.curve(run_id, model, f"sparsity/{scope}") for scope in ("global", "layer")}
    shares = [point["sparsity"] for point in curves["global"]]
    sparsity = st.select_slider(_("Set this share of all weights to zero (%)"), shares, 80, key="weights/sparsity")
    here = {scope: curves[scope][shares.index(sparsity)] for scope in curves}
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("One threshold for all layers"), f"{here['global']['accuracy']:.1f} %", width="content")
        st.metric(_("The same share of each layer"), f"{here['layer']['accuracy']:.1f} %", width="content")
        st.metric(_("Bytes, relative index"), f"{here['global']['bytes'] / 1000:.1f} KB", width="content")
    lines = [
        Line(_(name), role, [p["sparsity"] for p in curves[scope]], [p["accuracy"] for p in curves[scope]])
        for scope, name, role in (("global", "one threshold", "after"), ("layer", "each layer", "before"))
    ]
    st.plotly_chart(
        figures.curves(
            lines,
            _("weights that are zero (%)"),
            _("test accuracy, not fine-tuned (%)"),
            300,
            marks={_("now"): sparsity},
        ),
        key="weights/curve",
        config=CONFIG,
        alt=_("Accuracy against sparsity"),
    )
    st.markdown(
        f"**{_('Smaller, but not faster.')}** "
        + _(
            "A zero costs as much to multiply as any other number: the processor does not look. Only a format that skips zeros saves "
            "work, and its bookkeeping pays off late. Measure it here:"
        )
    )
    if st.button(_("Measure on this machine"), icon=":material/timer:", key="weights/measure"):
        st.table(data.sparse_latency(run_id, model, sparsity))


@st.fragment
def redesign(current: Shown) -> None:
    """Standard against depthwise-separable convolution: what each costs, and how fast it is here."""
    left, right = st.columns(2)
    channels = left.slider(_("Channels of the first convolution"), 4, 24, 16, 2, key="redesign/channels")
    kernel = right.segmented_control(
        _("Kernel side $k$ (pixels)"), [3, 5], default=3, key="redesign/kernel", required=True
    )
    standard, separable = data.architectures(channels, kernel)
    st.markdown(
        _(
            "A full convolution mixes space and channels at once; a separable one does first the one, then the other. "
            "For N output channels its share of the multiply–adds is 1/N + 1/k²."
        )
    )
    names = {
        "parameters": _("parameters"),
        "macs": _("multiply–adds for one digit"),
        "latency_1": _("latency, batch 1 (ms)"),
        "latency_64": _("latency, batch 64 (ms)"),
    }
    cost = {label: (standard[n], separable[n]) for n, label in names.items()}
    with st.container(horizontal=True, gap="medium"):
        for label, (full, cheap) in cost.items():
            st.metric(
                label,
                f"{cheap:,.3g}" if isinstance(cheap, float) else f"{cheap:,}",
                f"{cheap / full:.2f} ×",
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
    shares = {
        _("standard"): ("before", [1.0] * len(cost)),
        _("separable"): ("after", [cheap / full for full, cheap in cost.values()]),
    }
    st.plotly_chart(
        figures.bars(shares, list(cost), "", _("share of the standard network's"), 300, ".2f"),
        key="redesign/bars",
        config=CONFIG,
        alt=_("Cost of the separable network as a share of the standard one"),
    )
    st.caption(
        _(
            "Both without a dense layer, untrained: none of these figures depends on the weights. Fewer multiply–adds need not be "
            "faster: a depthwise convolution does little work for each number it fetches."
        )
    )


@st.fragment
def bits(current: Shown) -> None:
    """Few bits for each weight: grid or codebook, and real int8."""
    run_id, model = network(current, "bits")
    left, right = st.columns(2)
    number = left.slider(_("Bits $b$ for each weight"), 1, 8, 3, key="bits/bits")
    scheme = right.segmented_control(
        _("Values"),
        ["per layer", "per channel", "k-means"],
        default="per channel",
        key="bits/scheme",
        format_func=lambda s: {
            "per layer": _("grid per layer"),
            "per channel": _("grid per channel"),
            "k-means": _("k-means codebook"),
        }[s],
        required=True,
    )
    curve = data.curve(run_id, model, "bits")
    here = next(p for p in curve if p["bits"] == number and p["scheme"] == scheme)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Accuracy, no fine-tuning"), f"{here['accuracy']:.1f} %", width="content")
        st.metric(_("Size, scales and codebooks included"), f"{here['bytes'] / 1000:.1f} KB", width="content")
        st.metric(_("Error of the weights"), f"{here['error']:.1f} %", width="content")
    left, right = st.columns(2)
    with left:
        roles = {"per layer": "before", "per channel": "after", "k-means": "neutral"}
        lines = [
            Line(
                _(s),
                roles[s],
                [p["bits"] for p in curve if p["scheme"] == s],
                [p["accuracy"] for p in curve if p["scheme"] == s],
            )
            for s in roles
        ]
        st.plotly_chart(
            figures.curves(
                lines, _("bits for each weight"), _("test accuracy, not fine-tuned (%)"), 300, marks={_("now"): number}
            ),
            key="bits/curve",
            config=CONFIG,
            alt=_("Accuracy against bits"),
        )
    with right:
        layer = st.selectbox(_("Layer"), data.layer_names(run_id, model), index=1, key=f"bits/layer/{model}/{run_id}")
        exact, rounded = data.rounded_layer(run_id, model, layer, number, scheme)
        figure = figures.histogram({_("weights"): ("before", exact)}, _("value"), _("how many"), height=215)
        for value in rounded:
            figure.add_vline(x=value, line={"color": figures.COLOURS["after"], "width": 1})
        st.plotly_chart(
            figure, key="bits/weights", config=CONFIG, alt=_("Weights of a layer and the values they are rounded to")
        )
        st.caption(_("Orange lines: the {} different values that are left in this layer.").format(len(rounded)))
    st.markdown(
        f"**{_('Real int8.')}** "
        + _(
            "Above, weights are rounded but computed in float32. Here the whole network runs in 8-bit "
            "integers, and the clock decides:"
        )
    )
    if st.button(_("Measure on this machine"), icon=":material/timer:", key="bits/measure"):
        try:
            st.table(_timed(data.int8_latency(run_id, model)))
        except RunError as error:
            st.info(str(error))


@st.fragment
def deep(current: Shown) -> None:
    """Prune → share → Huffman: the bytes after each step."""
    steps = data.deep_steps(current)
    if not steps:
        st.info(
            _("This view belongs to a run of Deep Compression: choose that method and press Train, or open its scene.")
        )
        return
    names, sizes = list(steps), [steps[n] / 1000 for n in steps]
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            figures.bars({_("size"): ("after", sizes)}, names, _("after this step"), _("size (KB)"), 340, ".1f"),
            key="deep/bytes",
            config=CONFIG,
            alt=_("Bytes after each step"),
        )
        st.markdown(
            _(
                "The last bar is a file: the run's bit stream is {} bytes long, and decoding it gives the same network "
                "back, bit for bit."
            ).format(f"{steps[names[-1]]:,}")
        )
    with right:
        layers = data.layer_names(current.id, "model")
        layer = st.selectbox(_("Codebook of this layer"), layers, index=len(layers) - 2, key="deep/layer")
        codebook, counts, lengths = data.code_table(current, layer)
        order = sorted(range(len(codebook)), key=lambda i: codebook[i])
        figure = figures.bars(
            {_("occurrences"): ("neutral", [counts[i] for i in order])},
            [f"{codebook[i]:.3f}" for i in order],
            _("shared value"),
            _("occurrences in the stream"),
            290,
        )
        figure.update_traces(text=[lengths[i] for i in order], textposition="outside")
        st.plotly_chart(figure, key="deep/codes", config=CONFIG, alt=_("How often each shared value occurs"))
        st.caption(_("Above each bar: the length of its code word in bits. Zero is the filler for long gaps."))


@st.fragment
def pareto(current: Shown) -> None:
    """Accuracy against what it costs, for every run that is stored."""
    axes = {
        "bytes": _("size (bytes)"),
        "macs": _("multiply–adds for one digit"),
        "latency_1": _("latency, batch 1 (ms)"),
        "latency_64": _("latency, batch 64 (ms)"),
    }
    axis = st.segmented_control(
        _("Cost"), list(axes), format_func=axes.get, default="bytes", key="pareto/axis", required=True
    )
    tried = data.tried()
    cost = {about.id: about.summary.get(axis) for about in tried}
    if axis.startswith("latency"):
        cost = data.latencies(tuple(cost), int(axis.removeprefix("latency_")))
    names = {
        "teacher": ("before", _("teacher")),
        "redesign": ("control", _("redesigned")),
        "distill": ("after", _("distilled")),
        "slim": ("neutral", _("neurons pruned")),
        "prune": ("neutral", _("weights pruned")),
        "quantize": ("danger", _("quantized")),
        "deep": ("danger", _("Deep Compression")),
    }
    groups = {}
    for about in tried:
        role, name = names[about.settings["method"]]
        __, xs, ys, texts = groups.setdefault(name, (role, [], [], []))
        xs.append(cost[about.id])
        ys.append(about.summary["accuracy"])
        texts.append(f"{about.id}<br>{about.summary['accuracy']:.1f} % · {cost[about.id]:,.4g}")
    st.plotly_chart(
        figures.points(groups, axes[axis], _("test accuracy (%)"), 440, log_x=True),
        key="pareto/points",
        config=CONFIG,
        alt=_("Accuracy against cost for every stored run"),
    )
    st.caption(
        _(
            "Upper left is better. Every point is a stored run; train more and they appear here. Latency: median after warm-up, "
            "one thread, on this machine; pruned and rounded weights are computed in float32 here, so they are no faster. Real int8 "
            "is under Bits."
        )
    )


def _timed(rows: list[dict]) -> dict[str, list[str]]:
    """A table for people of what was measured."""
    return {
        "": [r["name"] for r in rows],
        _("accuracy"): [f"{r['accuracy']:.1f} %" for r in rows],
        _("size"): [f"{r['bytes'] / 1000:.1f} KB" for r in rows],
        _("batch of 1"): [f"{r['latency_1']:.2f} ms" for r in rows],
        _("batch of 64"): [f"{r['latency_64']:.2f} ms" for r in rows],
        _("speed-up at 64"): [f"{rows[0]['latency_64'] / r['latency_64']:.1f} ×" for r in rows],
    }


def card() -> str:
    """The picture on the home page: what each method makes of the teacher, from the shipped runs."""
    names = {
        "teacher": _("teacher"),
        "distill": _("distilled"),
        "slim": _("slimmed"),
        "quantize": _("2 bits"),
        "deep": _("deep"),
    }
    found = {}
    for about in runs.listing("compression")[0]:
        method = about.settings["method"]
        if about.shipped and method in names and "bytes" in about.summary and about.settings.get("omit", -1) == -1:
            found.setdefault(method, about.summary)
    largest = max((s["bytes"] for s in found.values()), default=1)
    rows = [
        (
            names[m],
            "before" if m == "teacher" else "after",
            found[m]["bytes"] / largest,
            f"{found[m]['bytes'] / 1000:.0f} KB · {found[m]['accuracy']:.1f} %",
        )
        for m in names
        if m in found
    ]
    return drawing.bars(rows, _("size of the network · test accuracy"))
