"""What the adversarial attack page draws: the live picture, the views of Look inside (one idea a file)."""

import streamlit as st

from core import runs
from core.runs import RunError
from pages.parts import digit, views
from pages.parts import explain as explained
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.attack import data
from pages.views.attack.becomes import becomes
from pages.views.attack.defences import defences
from pages.views.attack.detection import detection
from pages.views.attack.robust import robust
from pages.views.attack.slide import slide
from pages.views.attack.stage import beside, picture
from pages.views.attack.surface import surface
from pages.views.attack.transfer import transfer_matrix
from pages.views.attack.why import why

__all__ = ["beside", "explain", "inside", "networks", "picture"]


def inside(current: Shown) -> None:
    """The views, first the one that goes on where the scene ends."""
    every = {
        "slide": (_("Slide ε"), slide),
        "surface": (_("Loss surface"), surface),
        "robust": (_("Robust accuracy"), robust),
        "becomes": (_("What becomes what"), becomes),
        "transfer": (_("Transfer"), transfer_matrix),
        "defences": (_("Defences"), defences),
        "detection": (_("Detection"), detection),
        "why": (_("Explain before and after"), why),
    }
    method = current.settings.method.name if current.settings else ""
    first = {
        "curve": "robust",
        "transfer": "transfer",
        "defend": "defences",
        "detect": "detection",
        "training": "robust",
    }.get(method, "slide")
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )


def explain(current: Shown) -> None:
    """The tab Explain: the very picture that was attacked, by the network that was; of digits also test digits, side by side."""
    subject = current.settings.subject if current.settings else None
    method = current.settings.method.name if current.settings else ""
    asks_photos = hasattr(subject, "photo") or hasattr(subject, "upload")
    if asks_photos and method not in ("transfer", "detect", "training"):
        if current.last("attacked") is None:
            st.info(_("This run keeps no attacked photo: let an attack on one photo end."), icon=":material/image:")
            return
        why(current)
        return
    if current.last("attacked") is not None:
        st.markdown(_("**The picture that was attacked**"))
        why(current)
        st.divider()
        st.markdown(_("**Test digits**"))
    explained.draw("attack", networks(current), digit.mnist())


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """What Explain holds side by side: the digit classifier attacked, or trained, and the shelf's teacher."""
    from core.subject.settings import SHIPPED_NETWORK

    found = {}
    if data.trained(current):
        found[_("After adversarial training")] = (current.id, next(iter(current.run.models)))
    name = getattr(current.settings and current.settings.subject, "network", SHIPPED_NETWORK)
    if current.settings and current.settings.method.name == "training":
        name = ""  # the knob names a network that such a run does not ask
    for title, network in ((_("The network attacked"), name), (_("Teacher"), SHIPPED_NETWORK)):
        run_id, __, model = network.partition("/")
        try:
            place = (run_id, model or next(iter(runs.load(run_id).models)))
        except (RunError, StopIteration):
            continue  # deleted since
        if place not in found.values():
            found[title] = place
    return found
