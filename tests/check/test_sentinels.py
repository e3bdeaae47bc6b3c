"""A procedure that leaks is caught on shuffled labels; noise that ranks among the best is said."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from prognome.check.sentinels import (
    FoldValues,
    check_planted_noise,
    check_shuffled_labels,
    permute_labels,
    plant_noise,
    rank_by_association,
)  # fmt: skip
from prognome.core.cohort import Cohort
from prognome.core.metrics import find_metric
from prognome.core.table import Table
from prognome.errors import WorkError

AUC = find_metric("auc_roc", "binary")


def make(n=90, p=300, seed=0, signal=0, groups=None) -> Cohort:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, p))
    target = np.arange(n) % 2 if groups is None else pd.factorize(groups)[0] % 2
    values[:, :signal] += 1.5 * target[:, None]
    ids = np.array([f"p{k}" for k in range(n)], dtype=object)
    return Cohort(
        ids,
        {"genes": Table(ids, pd.DataFrame(values).add_prefix("g"))},
        target.astype(np.int64),
        ("0", "1"),
        groups,
    )


def judge(cohort: Cohort, *, select_first: bool) -> FoldValues:
    """Ten columns by correlation, then logistic regression, in three folds; selection inside, or before."""
    x, y = cohort.blocks["genes"].frame.to_numpy(), cohort.target
    folds = np.arange(len(y)) // 2 % 3

    def best(rows):
        centred = x[rows] - x[rows].mean(axis=0)
        return np.argsort(-np.abs(centred.T @ (y[rows] - y[rows].mean())))[:10]

    values = []
    for fold in range(3):
        train, ask = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        columns = best(np.arange(len(y))) if select_first else best(train)
        model = LogisticRegression().fit(x[train][:, columns], y[train])
        values.append(roc_auc_score(y[ask], model.predict_proba(x[ask][:, columns])[:, 1]))
    return FoldValues(tuple(values), (0.5,) * 3)


def test_selection_before_the_folds_is_caught_on_shuffled_labels():
    """Selection outside the folds scores well on noise: Ambroise & McLachlan 2002, 10.1073/pnas.102102699."""
    (alarm,) = check_shuffled_labels(make(), lambda c: judge(c, select_first=True), AUC, seed=1)
    assert "On labels shuffled 5 times the whole procedure still reaches auc_roc" in alarm.what
    assert min(alarm.facts["values"]) > 0.65


def test_selection_inside_the_folds_is_silent_on_shuffled_labels():
    said = [
        check_shuffled_labels(make(seed=s, signal=5), lambda c: judge(c, select_first=False), AUC, seed=s)
        for s in range(8)
    ]
    assert said == [[]] * 8


def test_repeated_rows_on_both_sides_are_caught_where_they_keep_one_label():
    """Each row twice, in different folds: free permutation would cut what leaks."""
    once = make(n=60, p=20)
    twice = once.rows(np.concatenate([np.arange(60), (np.arange(60))]))
    people = np.array([f"P{k % 60}" for k in range(120)], dtype=object)

    def neighbour(cohort):
        x, y = cohort.blocks["genes"].frame.to_numpy(), cohort.target
        values = []
        for fold in range(2):
            ask = np.arange(60) + 60 * fold
            train = np.arange(60) + 60 * (1 - fold)
            near = ((x[ask][:, None] - x[train][None]) ** 2).sum(axis=2).argmin(axis=1)
            values.append(roc_auc_score(y[ask], y[train][near]))
        return FoldValues(tuple(values), (0.5, 0.5))

    assert check_shuffled_labels(twice, neighbour, AUC, seed=0, together=people)[0].facts["gain"] == 0.5
    assert check_shuffled_labels(twice, neighbour, AUC, seed=0) == []


def test_errors_are_held_against_the_dummys():
    mae = find_metric("mae", "number")
    leaks = iter([4.0, 4.2, 4.1, 3.9, 4.0])
    said = check_shuffled_labels(make(), lambda _: FoldValues((next(leaks),), (8.0,)), mae, seed=0)
    assert said[0].facts["gain"] == pytest.approx(3.96)
    worse = iter([8.4, 8.2, 8.1, 8.9, 8.0])
    assert check_shuffled_labels(make(), lambda _: FoldValues((next(worse),), (8.0,)), mae, seed=0) == []


def test_folds_without_both_classes_are_left_out_and_none_left_is_an_error():
    nan = float("nan")
    assert check_shuffled_labels(make(), lambda _: FoldValues((nan, 0.5), (0.5, 0.5)), AUC, seed=0) == []
    with pytest.raises(WorkError, match="not defined in the folds"):
        check_shuffled_labels(make(), lambda _: FoldValues((nan,), (0.5,)), AUC, seed=0)


def test_groups_swap_whole_labels_and_folds_keep_their_classes():
    groups = np.repeat(np.array([f"F{k}" for k in range(30)], dtype=object), 3)
    cohort = make(groups=groups)
    swapped = permute_labels(cohort, 5)
    assert (pd.Series(swapped.target).groupby(groups).nunique() == 1).all()
    assert (swapped.target != cohort.target).any()
    folds = np.arange(90) // 18
    inside = permute_labels(make(), 5, within=folds)
    assert (np.bincount(folds, inside.target) == np.bincount(folds, make().target)).all()
    mixed = Cohort(cohort.ids, cohort.blocks, make().target, ("0", "1"), groups)  # labels vary in families
    assert sorted(permute_labels(mixed, 5).target) == sorted(mixed.target)
    np.testing.assert_array_equal(permute_labels(cohort, 5).target, swapped.target)


def test_noise_is_real_columns_in_another_order_of_rows():
    cohort = make(p=12)
    frame = cohort.blocks["genes"].frame.rename(columns={"g0": "noise_1"})
    cohort = Cohort(cohort.ids, {"genes": Table(cohort.ids, frame)}, cohort.target, cohort.classes)
    planted = plant_noise(cohort, "genes", 3)
    assert planted.noise[0] == "noise2_1"
    assert len(planted.noise) == 12
    after = planted.cohort.blocks["genes"].frame
    np.testing.assert_allclose(np.sort(after[list(planted.noise)], axis=0), np.sort(frame, axis=0))
    np.testing.assert_allclose(
        np.corrcoef(after[list(planted.noise)], rowvar=False), np.corrcoef(frame, rowvar=False)
    )
    assert len(plant_noise(cohort, "genes", 3, count=40).noise) == 40


def test_association_is_that_of_kruskal_wallis_and_spearman():
    """R 4.2.2: kruskal.test(c(1,5,3,9,7,2), c(1,1,2,2,3,3)) H = 1.142857; over n - 1 = 5.
    cor(c(1,5,3,9,7,2), c(2,1,4,6,3,5), method="spearman")^2 = .0987755."""
    ids = np.array(list("abcdef"), dtype=object)
    blocks = {"b": Table(ids, pd.DataFrame({"x": [1.0, 5, 3, 9, 7, 2]}))}
    classes = Cohort(ids, blocks, np.array([0, 0, 1, 1, 2, 2]), ("u", "v", "w"))
    numbers = Cohort(ids, blocks, np.array([2.0, 1, 4, 6, 3, 5]))
    assert rank_by_association(plant_noise(classes, "b", 0), 3)["x"] == pytest.approx(1.142857143 / 5)
    assert rank_by_association(plant_noise(numbers, "b", 0), 0)["x"] == pytest.approx(0.0987755102)


def test_noise_among_the_best_is_said_and_signal_above_noise_is_silent():
    (alarm,) = check_planted_noise(make(), "genes", seed=0)
    assert "Of 300 columns of noise planted beside 300 real ones, the best ranks" in alarm.what
    assert "by association with the target." in alarm.what
    assert check_planted_noise(make(signal=25), "genes", seed=0) == []


def test_a_block_of_categories_has_nothing_to_plant():
    ids = np.array(list("abcd"), dtype=object)
    frame = pd.DataFrame({"sex": np.array(["f", "m", "f", "m"], dtype=object)})
    cohort = Cohort(ids, {"clinic": Table(ids, frame)}, np.array([0, 1, 0, 1]), ("0", "1"))
    assert check_planted_noise(cohort, "clinic", seed=0) == []
