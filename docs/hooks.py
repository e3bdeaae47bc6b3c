"""Docstrings are written with a few Sphinx roles; on the site they read as plain code."""

from __future__ import annotations

import re
from typing import Any

_ROLE = re.compile(r":(?:class|func|meth|mod|data|attr):(?=<code)")


def on_page_content(html: str, **_: Any) -> str:
    """Take the names of roles away."""
    return _ROLE.sub("", html)
