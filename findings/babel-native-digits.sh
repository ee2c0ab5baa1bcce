#!/usr/bin/env bash
# Babel 2.18.0: dates and numbers always have European digits, also where the locale's own numbering system is another.
#
# Locale("ar", "EG").default_numbering_system is "arab", but format_date writes 2026, not ٢٠٢٦, and has no argument for
# the numbering system. format_decimal has one; with numbering_system="default" it takes the locale's separators and
# keeps European digits, so a number comes out half and half: 2٬026.
# So: text for readers of Arabic, Persian, Bengali, Marathi … needs str.translate afterwards, and a parser of what such
# readers type must accept digits that Babel never writes.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0
"$home/bin/python" - <<'PY'
from datetime import date

import babel
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

print("babel", babel.__version__)
for name, system in {"ar_EG": "arab", "fa": "arabext", "bn": "beng", "mr": "deva", "my": "mymr"}.items():
    locale = Locale.parse(name)
    day, number = format_date(date(2026, 9, 5), "long", locale), format_decimal(2026, locale=locale, numbering_system="default")
    print(f"{name}: numbering system {locale.default_numbering_system}; {day!r}; {number!r}")
    assert locale.default_numbering_system == system
    assert "2026" in day, "format_date writes the locale's own digits now"
    assert "026" in number, "format_decimal writes the locale's own digits now"
assert format_decimal(2026, locale="ar_EG", numbering_system="default") == "2\N{ARABIC THOUSANDS SEPARATOR}026"
PY
