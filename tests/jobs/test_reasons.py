"""Whose part a reason is: of several classes the one that the model found most probable, named."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline

from prognome.core.cohort import Cohort
from prognome.core.table import Table
from prognome.jobs.reasons import Reasons, background_of
from prognome.prepare.fuse import default_steps, fuse


def reasons(classes: tuple[str, ...]) -> tuple[pd.DataFrame, np.ndarray]:
    """Reasons of 30 rows, and the code that the model finds most probable for each."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(0, 1, (30, 2)), columns=["x", "y"])
    ids = np.array([f"P{k}" for k in range(30)], dtype=object)
    target = np.arange(30) % len(classes) if classes else frame["x"].to_numpy() * 2
    cohort = Cohort(ids, {"all": Table(ids, frame)}, target, classes)
    prepare = fuse({"all": default_steps("table")}, ["all"], random_state=None)
    model = LogisticRegression() if classes else LinearRegression()
    fitted = Pipeline([("prepare", prepare), ("model", model)]).fit(cohort, target)
    columns = [SimpleNamespace(name="x"), SimpleNamespace(name="y")]
    schema = SimpleNamespace(blocks=[SimpleNamespace(name="all", columns=columns)])
    about = {"background": background_of(fitted, cohort)}
    bundle = SimpleNamespace(pipeline=fitted, schema=schema, about=about, classes=classes)
    told = Reasons.of(bundle).table(cohort, np.zeros(30, dtype=bool))
    said = fitted.predict_proba(cohort).argmax(axis=1) if classes else np.zeros(30)
    return told[told["rank"] == 1], said


def test_of_several_classes_the_most_probable_is_named():
    told, said = reasons(("a", "b", "c"))
    assert told["class"].tolist() == [("a", "b", "c")[code] for code in said]
    assert told["class"].nunique() > 1


@pytest.mark.parametrize(("classes", "named"), [(("no", "yes"), "yes"), ((), "")])
def test_of_two_classes_it_is_the_event_and_of_numbers_none(classes, named):
    assert set(reasons(classes)[0]["class"]) == {named}
