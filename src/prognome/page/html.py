"""Building HTML and SVG so that text is escaped unless it was built here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape as _escape
from html import unescape

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})
SVG_EMPTY = frozenset({"circle", "line", "path", "polyline", "rect"})

# What XML forbids even as a reference.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is markup already; everything else is escaped when it is put into an element.

    Parameters
    ----------
    content
        The markup.
    carried
        Things that go with it into whatever it is put into: a page knows the tables that stand in it.
    """

    carried: tuple[object, ...]

    def __new__(cls, content: str = "", carried: Iterable[object] = ()) -> Markup:
        made = super().__new__(cls, content)
        made.carried = tuple(carried)
        return made


def text(value: object) -> Markup:
    """Escape a value for use between tags or inside an attribute.

    >>> text('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    if isinstance(value, Markup):
        return value
    return Markup(_escape(_FORBIDDEN.sub("\ufffd", str(value)), quote=True))


def join(children: Iterable[object], between: str = "") -> Markup:
    """Children one after another; None is left out, lists are opened."""
    pieces = list(_flat(children))
    return Markup(text(between).join(pieces), _carried(pieces))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """One element with its children.

    Parameters
    ----------
    tag
        Name of the element.
    children
        Escaped unless they are :class:`Markup`; lists are opened, None is left out.
    attributes
        ``class_`` is class, ``_`` inside a name is ``-``; None and False leave the attribute out, True gives
        it without a value.

    Returns
    -------
    The element as markup, in a form that is HTML and, for SVG elements, XML.

    Examples
    --------
    >>> element("a", "x < y", href="#s", class_="to")
    '<a href="#s" class="to">x &lt; y</a>'
    """
    opened = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}"
    pieces = list(_flat(children))
    inside = "".join(pieces)
    if tag in VOID:
        return Markup(f"{opened}>")
    if tag in SVG_EMPTY and not inside:
        return Markup(f"{opened}/>")
    return Markup(f"{opened}>{inside}</{tag}>", _carried(pieces))


def document(title: str, style: str, body: Markup, *, language: str = "en") -> str:
    """A whole page that asks the network for nothing, and whose policy forbids it to.

    Parameters
    ----------
    title
        Of the window.
    style
        CSS, put in as it is.
    body
        What stands in ``<body>``.
    language
        Of the text.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element(
            "meta",
            http_equiv="Content-Security-Policy",
            content="default-src 'none'; style-src 'unsafe-inline'",
        ),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(style)),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang=language)}\n"


_ASIDE = re.compile(r"<svg\b.*?</svg>|<small\b.*?</small>|<span class=\"hidden\">.*?</span>", re.DOTALL)
_TAG = re.compile(r"<span class=\"tag[^\"]*\">(.*?)</span>", re.DOTALL)


def plain(value: object) -> str:
    """What markup says, as text: without drawings, asides and what only a screen reader hears.

    >>> plain(join(["a", element("span", "best", class_="tag"), element("small", "help"), " < b"]))
    'a (best) < b'
    """
    said = _TAG.sub(r" (\1)", _ASIDE.sub("", join([value])))
    return " ".join(unescape(re.sub(r"<[^>]+>", "", said.replace("<br>", "; "))).split()).removesuffix(";")


def _carried(pieces: Iterable[Markup]) -> tuple[object, ...]:
    return tuple(one for piece in pieces for one in piece.carried)


def _flat(children: Iterable[object]) -> Iterable[Markup]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, (list, tuple)):
            yield from _flat(child)
        else:
            yield text(child)


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    if isinstance(value, float):
        value = f"{value:.7g}"
    return f' {name}="{text(value)}"'
