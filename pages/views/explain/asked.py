"""The tab Explain of this lab: the picture and the network of the run shown, asked again by any method."""

from typing import Any

import streamlit as st

from pages.parts import explain
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import data


@st.fragment
def asked(current: Shown) -> None:
    """A fragment: another method redraws only this tab."""
    from core.attribution.settings import METHODS

    subjects = asked_about(current)
    if not subjects:
        st.info(_("There is no picture, or no network, to explain yet: let the run end, or choose a picture."))
        return
    photo = next(iter(subjects.values())).photo
    if photo:
        st.caption(
            _("On a photo only methods of a few passes answer at once. Choose another on the left and press Explain.")
        )
    key = data.key_of(current) + (current.id if current.settings.method.name == "excite" else "")
    explain.draw_one("explain", key, subjects, list(data.QUICK if photo else METHODS))


def asked_about(current: Shown) -> dict[str, Any]:
    """Name → the picture of the run and the network that is asked about it.

    Of a network that learned a shortcut, beside it the network for comparison, which never saw a mark; of a picture that
    was painted, that picture.
    """
    from core.subject.models import DIGITS, Subject, digit_net, from_bytes
    from core.subject.settings import SHIPPED_NETWORK

    subject = data.subject_of(current)
    if subject is None:
        return {}
    match current.settings.method.name:
        case "shortcut":
            teacher = Subject(digit_net(SHIPPED_NETWORK), subject.x, DIGITS)
            return {_("With the shortcut"): subject, _("Teacher, which saw no mark"): teacher}
        case "excite":
            painted = current.last("painted")
            painted = current.last("painted_plain") if painted is None else painted
            if painted is None:
                return {}
            x = from_bytes(painted[..., 0] if painted.shape[2] == 1 else painted)
            return {_("The network asked"): Subject(subject.net, x, subject.names)}
    return {_("The network asked"): subject}
