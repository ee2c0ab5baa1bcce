"""What the anomaly detection page draws: the live scores, the views of Look inside, the tab Explain."""

import streamlit as st

from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.anomaly import beside, bottleneck, data, doubt, expects
from pages.views.anomaly.costs import costs
from pages.views.anomaly.landscape import landscape
from pages.views.anomaly.promise import promise
from pages.views.anomaly.stage import beside as beside_scores  # noqa: F401
from pages.views.anomaly.stage import picture as picture
from pages.views.anomaly.threshold import threshold
from pages.views.anomaly.why import draw as explain  # noqa: F401

FIRST = {  # what the scenes' questions are about
    "anomaly-copies-everything": "bottleneck",
    "anomaly-two-costs": "costs",
    "anomaly-find-the-damage": "expects",
    "anomaly-sure-of-nothing": "landscape",
}


def inside(current: Shown) -> None:
    """The views that fit the run shown, that of the threshold first."""
    if data.final(current) is None or current.settings is None:
        st.info(_("There is nothing to look into yet: let a run end."))
        return
    kind, method = current.settings.data.name, current.settings.method.name
    every = {
        "threshold": (_("The threshold"), threshold),
        "costs": (_("Two costs"), costs),
        "promise": (_("Without anomalies"), promise),
    }
    every |= {"landscape": (_("The landscape"), landscape)} if kind == "plane" else {}
    every |= {"doubt": (_("Measures of doubt"), doubt.draw)} if method == "confidence" else {}
    every |= {"expects": (_("Most normal, most odd"), expects.draw)} if kind != "plane" else {}
    every |= {
        "bottleneck": (_("The bottleneck"), bottleneck.draw),
        "beside": (_("Detectors side by side"), beside.draw),
    }
    first = FIRST.get(current.id, next(iter(every)))
    first = first if first in every else next(iter(every))
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )
