"""What the GAN page draws: the duel as it goes, the views of Look inside, the tab Explain."""

import streamlit as st

from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.gan.copying import copying
from pages.views.gan.film import film
from pages.views.gan.half import half
from pages.views.gan.latent import latent
from pages.views.gan.quality import quality
from pages.views.gan.scores import scores
from pages.views.gan.stage import beside as beside
from pages.views.gan.stage import picture as picture
from pages.views.gan.why import why as explain  # noqa: F401

FIRST = {"gan-one-half": "half", "gan-mode-collapse-and-its-cure": "quality"}  # what the scenes' questions are about


def inside(current: Shown) -> None:
    """The views that fit the run shown, the film first."""
    if current.settings is None or current.last("scores") is None:
        st.info(_("There is nothing to look into yet: let a run begin."))
        return
    every = {
        "film": (_("The film"), film),
        "half": (_("One half?"), half),
        "scores": (_("D's scores"), scores),
        "quality": (_("How good"), quality),
        "latent": (_("Walk among codes"), latent),
    }
    every |= {"copying": (_("Is it copying?"), copying)} if current.settings.world.name == "digits" else {}
    first = FIRST.get(current.id, "film")
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )
