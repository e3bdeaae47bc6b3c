"""A small simulated clinic with a known answer, for tests that need files."""

from pathlib import Path

import numpy as np
import pandas as pd

from prognome.core.study import Study


def patients_table(n: int = 120, seed: int = 0) -> pd.DataFrame:
    """A small clinic: age and g1 matter, the other genes do not; families of three; two sites."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": [f"P{k:04d}" for k in range(n)]})
    frame["age"] = rng.normal(60, 10, n).round(1)
    frame["sex"] = rng.choice(["f", "m"], n)
    for gene in range(1, 7):
        frame[f"g{gene}"] = rng.normal(0, 1, n).round(3)
    frame.loc[rng.choice(n, n // 10, replace=False), "g2"] = np.nan
    frame["family"] = [f"F{k // 3}" for k in range(n)]
    frame["site"] = rng.choice(["north", "south"], n)
    logit = 1.5 * frame["g1"] + 0.08 * (frame["age"] - 60)
    frame["ill"] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    frame["stage"] = pd.cut(
        logit + rng.normal(0, 0.5, n), [-np.inf, -0.7, 0.7, np.inf], labels=["I", "II", "III"]
    )
    frame["dose"] = (30 + 6 * frame["g1"] + 0.2 * (frame["age"] - 60) + rng.normal(0, 2, n)).round(2)
    return frame


def make_study(path: Path, **changes: object) -> Study:
    """A quick study of that clinic, with changes."""
    said: dict[str, object] = {
        "name": "clinic",
        "rows": {"id": "id"},
        "blocks": {
            "clinical": {"path": str(path), "columns": ["age", "sex"]},
            "genes": {"path": str(path), "columns": ["g*"]},
        },
        "target": {"path": str(path), "column": "ill", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 3}},
        "judge": {"bootstrap": 100},
        "models": ["logistic", {"random_forest": {"n_estimators": 10}}],
        "explain": False,
        "seed": 3,
    }
    return Study.from_mapping({**said, **changes}, folder=path.parent)
