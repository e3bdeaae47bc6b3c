"""The genetic algorithm finds the best of all subsets where all can be tried, and keeps to its budget."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from prognome.core.split import inner_folds
from prognome.prepare.select_by_search import GeneticSelector


def planted(n, q, *, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, q)) * rng.uniform(0.2, 5, q)
    weights = 1 / X.std(axis=0)
    return X, X[:, 1] * weights[1] - X[:, 4] * weights[4] + X[:, 5] * weights[5] + 0.6 * rng.normal(size=n)


def worth(X, y, places, folds, cost, *, classes):
    """Of one subset, by scikit-learn."""
    scores = []
    for learn, judge in folds:
        fit = StandardScaler().fit(X[learn])
        x, new = fit.transform(X[learn])[:, places], fit.transform(X[judge])[:, places]
        said = Ridge(alpha=len(places)).fit(x, y[learn]).predict(new)
        scores.append(roc_auc_score(y[judge], said) if classes else r2_score(y[judge], said))
    return np.mean(scores) - cost * len(places)


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_the_best_of_all_subsets_is_found(kind):
    X, z = planted(50, 6)
    y = (z > 0).astype(int) if kind == "classes" else z
    folds = inner_folds(y, None, 3, 0, classes=kind == "classes")
    every = [list(places) for size in range(1, 7) for places in combinations(range(6), size)]
    worths = [worth(X, y, places, folds, 0.002, classes=kind == "classes") for places in every]
    step = GeneticSelector(cost=0.002, start=3, population=12, generations=12, patience=12).fit(X, y)
    assert step.scores_[-1] == pytest.approx(max(worths), abs=1e-9)
    assert step.get_support(indices=True).tolist() == every[int(np.argmax(worths))]


def test_planted_columns_are_found_among_noise_and_few_others():
    X, z = planted(120, 40, seed=1)
    step = GeneticSelector(cost=0.003, start=8, population=30).fit(X, z)
    assert step.keep_[[1, 4, 5]].all()
    assert step.keep_.sum() <= 6


def test_seeds_reproduce_and_differ():
    X, z = planted(40, 30)
    small = {"population": 8, "generations": 4}
    one, same, other = (GeneticSelector(**small, random_state=seed).fit(X, z) for seed in (1, 1, 2))
    assert_array_equal(one.keep_, same.keep_)
    assert_array_equal(one.scores_, same.scores_)
    assert not np.array_equal(one.keep_, other.keep_)


def test_fits_are_counted_and_stay_within_what_the_page_says(monkeypatch):
    import prognome.prepare.select_by_search as module

    met = []
    real = module.score_of
    monkeypatch.setattr(module, "score_of", lambda *a, **k: met.append(1) or real(*a, **k))
    X, z = planted(40, 30)
    step = GeneticSelector(population=8, generations=5, elite=2, folds=4, patience=9).fit(X, z)
    assert step.fits_ == len(met) <= 4 * (8 + 5 * 6)
    assert (np.diff(step.scores_) >= 0).all()
    assert len(step.scores_) == 6


def test_no_subset_holds_more_than_the_most_and_patience_ends_the_search():
    X, z = planted(40, 30)
    assert GeneticSelector(most=2, population=10, generations=5).fit(X, z).keep_.sum() <= 2
    assert len(GeneticSelector(patience=1, generations=200, population=4).fit(X, z).scores_) < 100


def test_more_columns_than_rows_are_solved_on_the_rows():
    X, z = planted(20, 60)
    folds = inner_folds(z, None, 3, 0, classes=False)
    step = GeneticSelector(start=200, population=2, generations=0).fit(X, z)
    places = step.get_support(indices=True)
    assert len(places) > 14
    assert step.scores_[0] == pytest.approx(worth(X, z, places, folds, 0.001, classes=False), abs=1e-9)
