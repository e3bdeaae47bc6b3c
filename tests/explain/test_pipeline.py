"""From prepared features to columns: sums by hand, names with = in them, models without parts."""

import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from prognome.core.cohort import Cohort
from prognome.core.table import Table
from prognome.explain.interactions import interactions_of
from prognome.explain.pipeline import by_column, has_parts, open_pipeline, own_importance, parts_of
from prognome.explain.source_columns import sources_of, summed
from prognome.model.boosting import BoostedClassifier
from prognome.prepare.fuse import fuse


@pytest.fixture
def fitted():
    rng = np.random.default_rng(0)
    ids = np.arange(80).astype(str).astype(object)
    frame = pd.DataFrame({"a": rng.normal(size=80), "kind": rng.choice(["x=1", "y", "z"], 80).astype(object)})
    cohort = Cohort(ids, {"t": Table(ids, frame)})
    y = ((frame["a"] > 0) ^ (frame["kind"] == "y")).to_numpy().astype(int)
    return cohort, y, fuse({}, ["t"])


@pytest.mark.parametrize("model", [LogisticRegression(), RandomForestClassifier(20, random_state=0)])
def test_parts_of_levels_are_added_up_and_the_sum_is_the_answer(fitted, model):
    cohort, y, prepare = fitted
    pipeline = Pipeline([("prepare", prepare), ("model", model)]).fit(cohort, y)
    opened = open_pipeline(pipeline, {"t": ["a", "kind"]})
    assert opened.columns == ("t:a", "t:kind")
    matrix = pipeline.named_steps["prepare"].transform(cohort)
    whole = parts_of(opened, matrix, matrix.mean(axis=0, keepdims=True))
    found = by_column(whole, opened)
    assert found.values.shape == (80, 2)
    assert found.error.max() < 1e-10
    levels = [at for at, name in enumerate(opened.features) if name.startswith("t:kind")]
    np.testing.assert_allclose(found.values[:, 1], whole.values[:, levels].sum(axis=1))
    assert own_importance(opened, matrix.std(axis=0)).shape == (2,)


@pytest.mark.parametrize(
    "trees", [RandomForestClassifier(20, random_state=0), BoostedClassifier(n_estimators=20, random_state=0)]
)
def test_pairs_are_of_columns_and_of_trees_alone(fitted, trees):
    cohort, y, prepare = fitted
    forest = Pipeline([("prepare", prepare), ("model", trees)]).fit(cohort, y)
    opened = open_pipeline(forest, {"t": ["a", "kind"]})
    matrix = forest.named_steps["prepare"].transform(cohort)
    pairs = interactions_of(opened, matrix, ["t:a", "t:kind"])
    assert pairs[["a", "b"]].values.tolist() == [["t:a", "t:kind"]]
    assert pairs.loc[0, "strength"] > 0.05
    linear = Pipeline([("prepare", prepare), ("model", LogisticRegression())]).fit(cohort, y)
    assert interactions_of(open_pipeline(linear, {"t": ["a", "kind"]}), matrix, ["t:a", "t:kind"]) is None


def test_the_pair_of_boosted_levels_is_that_of_xgboosts_own_matrix(fitted):
    """Twice the sum of its halves over the levels of one column, mean size over rows."""
    cohort, y, prepare = fitted
    model = BoostedClassifier(n_estimators=20, random_state=0)
    pipeline = Pipeline([("prepare", prepare), ("model", model)]).fit(cohort, y)
    opened = open_pipeline(pipeline, {"t": ["a", "kind"]})
    matrix = pipeline.named_steps["prepare"].transform(cohort)
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(pipeline.named_steps["model"].trees_))
    own = booster.predict(xgboost.DMatrix(matrix, nthread=1), pred_interactions=True)
    a, levels = opened.places(["t:a"]), opened.places(["t:kind"])
    wanted = np.abs(2 * own[:, a][:, :, levels].sum(axis=(1, 2))).mean()
    assert interactions_of(opened, matrix, ["t:a", "t:kind"]).loc[0, "strength"] == pytest.approx(
        wanted, rel=1e-5
    )


def test_other_pipelines_and_models_are_told_apart():
    assert open_pipeline(Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]), {}) is None
    assert open_pipeline(LogisticRegression(), {}) is None
    assert not has_parts(StandardScaler())


def test_a_level_with_an_equals_sign_leads_to_its_column():
    assert sources_of(["t:kind=x=1", "t:b=c", "t:b=c=2"], {"t": ["kind", "b=c"]}) == [
        "t:kind",
        "t:b=c",
        "t:b=c",
    ]


def test_sums_keep_classes_apart():
    parts = np.arange(12.0).reshape(2, 3, 2)
    found = summed(parts, ["q", "p", "q"], ["p", "q"])
    np.testing.assert_array_equal(found[:, 0], parts[:, 1])
    np.testing.assert_array_equal(found[:, 1], parts[:, 0] + parts[:, 2])
