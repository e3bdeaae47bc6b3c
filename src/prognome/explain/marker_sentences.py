"""What the table of markers says, and what it must not be taken for, in plain sentences."""

from __future__ import annotations

import math

import pandas as pd

from prognome.core.name_feature import bare
from prognome.explain.agreement import Stability
from prognome.explain.correlated import Clusters
from prognome.explain.markers import beyond_doubt
from prognome.explain.panel import Panel, interchangeable
from prognome.page.numbers import count

STEADY, SHAKY = 0.75, 0.4


def marker_sentences(
    table: pd.DataFrame,
    stability: Stability,
    clusters: Clusters,
    *,
    top: int,
    metric: str,
    by_parts: bool,
    level: float = 0.95,
) -> list[str]:
    """Who leads, how steady that is, who shares its weight with neighbours, whom a plain test overlooks.

    Parameters
    ----------
    table
        Of :func:`prognome.explain.markers.marker_table`, with ``overlooked``.
    stability
        Of the choices of the first ones by folds and seeds.
    clusters
        Columns that say nearly the same.
    top
        How many were looked at.
    metric
        Its name, in words.
    by_parts
        Whether the ranking is by SHAP values; else by what shuffling cost.
    level
        Of what is beyond doubt, after Holm over all columns that were tested.

    References
    ----------
    Marks for the index: Nogueira, Sechidis and Brown (2018), Journal of Machine Learning Research
    18(174), section 5 (below .40 poor, above .75 excellent).
    """
    first = table.head(top)
    used = first[first["shap" if by_parts else "drop"] > 0]
    if used.empty:
        return ["No column has any weight in the model's answers."]
    names = [bare(name) for name in used["feature"].head(3)]
    how = "by mean |SHAP| on rows that the model had not seen"
    if not by_parts:
        how = f"by what shuffling costs in {metric}"
    said = [f"Most weight has {names[0]}{_and_then(names[1:])}, {how}."]
    if not math.isnan(stability.index):
        said.append(
            f"The choice of the first {min(top, len(table))} is {_steady(stability.index)} over "
            f"{stability.choices} fits (index {stability.index:.2f}; 1 is always the same, 0 is "
            "chance)."
        )
    tested = int(table["drop_p_holm"].notna().sum())
    if tested:
        held = int(beyond_doubt(used, level).sum())
        said.append(
            f"Of the first {len(used)}, shuffling costs {metric} beyond doubt for {held} (p below "
            f"{1 - level:.2g} after Holm over the {count(tested, 'column')} that were tested)."
        )
    shared = interchangeable(used["feature"].tolist(), clusters)
    if shared:
        said.append(
            f"{len(shared)} of {len(used)} have neighbours that say nearly the same (correlation "
            f"{clusters.threshold:g} or more): weight is shared among such columns at will, so each looks "
            "weaker than all of them are together."
        )
    missed = int((used["overlooked"] == "yes").sum())
    if missed:
        said.append(
            f"{missed} of {len(used)} would be overlooked by a plain test of one column at a time (false "
            "discovery rate above 5 %), although shuffling costs beyond doubt: what is said there is said "
            "together with other columns."
        )
    said.append(
        "Weight in a model is no cause: it tells what the model leans on, not what a treatment should change."
    )
    return said


def panel_sentence(panel: Panel, metric: str, clusters: Clusters, *, error: bool) -> str:
    """The smallest panel, what it scores, and which of its markers could be others.

    Parameters
    ----------
    panel
        Of :func:`prognome.explain.panel.panel_curve`.
    metric
        Its name, in words.
    clusters
        Columns that say nearly the same.
    error
        Whether less is better.
    """
    line = panel.curve.set_index("size").loc[panel.smallest]
    whole = panel.curve.iloc[-1]
    markers = panel.chosen["marker"].head(panel.smallest).tolist()
    others = len(interchangeable(markers, clusters))
    beside = f" {others} of them could be replaced by a neighbour." if others else ""
    marks = "marker" if panel.smallest == 1 else "markers"
    reached = f"{line['mean']:.3f} ({line['low']:.3f} to {line['high']:.3f})"
    fewer = " Less is better." if error else ""
    return (
        f"{panel.smallest} {marks} reach {metric} {reached}, within one standard error of the best size "
        f"({panel.best}); {int(whole['size'])} reach {whole['mean']:.3f}.{fewer} Every fold chose its "
        f"own.{beside}"
    )


def _steady(index: float) -> str:
    if index >= STEADY:
        return "steady"
    return "moderately steady" if index >= SHAKY else "shaky"


def _and_then(names: list[str]) -> str:
    if not names:
        return ""
    return f", then {' and '.join(names)}"
