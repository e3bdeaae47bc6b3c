"""The one feature that a fitted model rests on, where it rests on one."""

from __future__ import annotations

from typing import Any


def name_feature(fitted: Any) -> str:
    """Name of that feature as the preparation calls it (``BLOCK:COLUMN``); empty where there is no such one.

    Parameters
    ----------
    fitted
        A pipeline of a preparation with ``get_feature_names_out`` and a model; a model that rests on one
        feature says its place as ``feature_``.
    """
    steps = getattr(fitted, "steps", None)
    if not steps or len(steps) < 2:
        return ""
    place = getattr(steps[-1][1], "feature_", None)
    if place is None:
        return ""
    return str(fitted[:-1].get_feature_names_out()[place])


def bare(feature: object) -> str:
    """``COLUMN`` of ``BLOCK:COLUMN``; the whole where there is no block.

    >>> bare("genes:chr1:7:A:G"), bare("age")
    ('chr1:7:A:G', 'age')
    """
    block, _, column = str(feature).partition(":")
    return column or block
