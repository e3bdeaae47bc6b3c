"""Which pairs of columns a model of trees uses together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from prognome.explain.pipeline import Opened
from prognome.explain.tree_shap import trees_of

COLUMNS = ("a", "b", "strength")


def interactions_of(opened: Opened, matrix: ArrayLike, columns: list[str]) -> pd.DataFrame | None:
    """Mean size of the joint part of every pair of some columns, beyond what each gives alone.

    Parameters
    ----------
    opened
        A pipeline whose model is a forest of scikit-learn, or XGBoost.
    matrix
        (n, p) prepared rows.
    columns
        Sources whose pairs are wanted, few.

    Returns
    -------
    ``a b strength``, strongest first: mean over rows of \\|joint part of a and b\\| in the unit of the
    answer (over classes: their sum). None for a model without such trees.

    Notes
    -----
    XGBoost's own ``pred_interactions`` gives the same for all columns at once, in time that grows with their
    number; ours looks at the paths of the wanted columns alone.

    References
    ----------
    Lundberg et al. (2020), Nature Machine Intelligence 2:56–67 (SHAP interaction values).
    """
    if len(columns) < 2 or (forest := trees_of(opened.model)) is None:
        return None
    from prognome.trees.path_shap import path_interactions

    places = opened.places(columns)
    owner = np.array([columns.index(opened.sources[place]) for place in places])
    joint = path_interactions(forest, matrix, places)
    # of the two classes of a forest both say the same
    outputs = 1 if forest.classes is not None and joint.shape[3] == 2 else joint.shape[3]
    lines = []
    for one, other in combinations(range(len(columns)), 2):
        pairs = joint[:, owner == one][:, :, owner == other, -outputs:]
        size = np.abs(2 * pairs.sum(axis=(1, 2))).mean(axis=0).sum()
        lines.append((columns[one], columns[other], float(size)))
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    return table.sort_values("strength", ascending=False, kind="stable", ignore_index=True)
