"""Text for people: English in the source, looked up through gettext."""

import gettext
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"
_ = gettext.translation("lectern", LOCALE, languages=["en"], fallback=True).gettext
