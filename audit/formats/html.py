"""The report for people: one HTML file that needs no network, no server and, but for search and paging, no script.

Its own Content-Security-Policy allows exactly the one style and the one script in it, by hash. Rows that may run into the
thousands lie in the page once, as data; what fails, is waived or could not be judged is also there without a script.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.formats import drawings, parts
from audit.formats.report import rows, texts, view

_PIECES: Final = Path(__file__).parent / "report"


def render(record: Mapping[str, Any]) -> bytes:
    """The report of an evidence record, UTF-8. The same record gives the same bytes."""
    style, script = ((_PIECES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    page = _environment().get_template("page.html")
    text = page.render(
        record=record,
        view=view.of(record),
        sums=parts.sums(record),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        data=Markup(_inert(rows.of(record))),  # noqa: S704 - escaped for its place
    )
    return parts.encoded(text)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PIECES / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=texts.readable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(draw=drawings)
    environment.filters.update(
        number="{:,}".format,
        kind=texts.kind,
        anchor=texts.anchor,
        engine=parts.engine,
        many=parts.many,
        parameters=texts.parameters,
        prose=texts.prose,
        serves=texts.serves,
        shell=shlex.quote,
    )
    return environment


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, sent or run but the style and the script of this file."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _inert(data: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
