"""Conformal quantiles by hand and by MAPIE's formula; sets and intervals; measured coverage."""

import json

import numpy as np
import pytest

from prognome.core.conformal import Conformal, conformal_quantile, learn_conformal


def test_quantile_by_hand():
    distances = np.array([5.0, 1.0, 4.0, 2.0, 3.0, 9.0, 7.0, 8.0, 6.0])
    assert conformal_quantile(distances, 0.9) == 9  # ⌈.9 · 10⌉ = 9
    assert conformal_quantile(distances, 0.8) == 8
    assert conformal_quantile(distances, 0.55) == 6  # ⌈5.5⌉
    assert conformal_quantile(distances, 0.91) == np.inf  # ⌈9.1⌉ = 10 of 9
    assert conformal_quantile(np.array([]), 0.9) == np.inf


@pytest.mark.parametrize("n", [9, 10, 19, 37, 100, 999])
@pytest.mark.parametrize("coverage", [0.6, 0.8, 0.9])
def test_quantile_is_mapies_formula(n, coverage):
    """MAPIE's theory: the ⌈(n + 1)(1 - α)⌉ / n quantile of the conformity scores, the higher one."""
    distances = np.random.default_rng(n).exponential(size=n)
    share = np.ceil(round((n + 1) * coverage, 9)) / n
    wanted = np.quantile(distances, share, method="inverted_cdf")
    assert conformal_quantile(distances, coverage) == wanted


def test_grouped_quantile_by_hand():
    """Groups of 1, 2 and 4 rows and a new one at infinity: a row has 1/4, 1/8 or 1/16 of all weight."""
    distances = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    weights = 1 / np.array([2, 4, 4, 1, 2, 4, 4])
    # running sums: .125 .1875 .25 .5 .625 .6875 .75
    assert conformal_quantile(distances, 0.5, weights, 3) == 4
    assert conformal_quantile(distances, 0.6, weights, 3) == 5
    assert conformal_quantile(distances, 0.7, weights, 3) == 7
    assert conformal_quantile(distances, 0.76, weights, 3) == np.inf


def test_groups_of_one_row_change_nothing():
    distances = np.random.default_rng(0).exponential(size=57)
    for coverage in (0.6, 0.75, 0.9, 0.95):
        alone = conformal_quantile(distances, coverage)
        assert conformal_quantile(distances, coverage, np.ones(57), 57) == alone
        assert learn_conformal(distances, np.zeros(57), coverage, np.arange(57)).limits == (alone,)


def test_a_class_takes_its_groups_by_the_share_of_their_rows():
    """Nine groups of four with one event each, at .1 to .9, and one all of events at .05."""
    groups = np.repeat(np.arange(10), 4)
    truth, p = np.zeros(40, int), np.full(40, 0.01)
    truth[::4], p[::4] = 1, np.arange(10) / 10
    truth[:4], p[:4] = 1, 0.05
    learned = learn_conformal(truth, np.column_stack([1 - p, p]), 0.5, groups)
    # 9 · 1/4 + 1 of weight in ten groups: .5 · 13/4 · 11/10 = 1.79 is reached at the eighth from above;
    # by rows it were the seventh, and with each group alike the sixth
    assert learned.limits[1] == pytest.approx(0.2)
    assert learned.counts[1] == 10


def test_interval_of_numbers_by_hand():
    truth = np.arange(1.0, 12.0)
    said = truth + np.array([1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11])
    learned = learn_conformal(truth, said, 0.8)  # ⌈.8 · 12⌉ = 10 → 10
    assert learned.limits == (10.0,)
    np.testing.assert_array_equal(learned.within(np.array([0.0, 5.0])), [[-10, 10], [-5, 15]])


def test_sets_of_classes_by_hand():
    """Nine rows of each class: .9 asks for all of them, so the least probability is the limit."""
    own = np.arange(1, 10) / 10
    score = np.vstack([np.column_stack([own, 1 - own]), np.column_stack([0.5 * own, 1 - 0.5 * own])])
    truth = np.repeat([0, 1], 9)
    learned = learn_conformal(truth, score, 0.9)
    assert learned.limits == pytest.approx((0.1, 0.55))
    held = learned.within(np.array([[0.05, 0.95], [0.2, 0.8], [0.44, 0.56], [0.6, 0.4]]))
    assert held.tolist() == [[False, True], [True, True], [True, True], [True, False]]


def test_a_class_with_too_few_rows_stands_in_every_set():
    score = np.tile([0.7, 0.2, 0.1], (28, 1))
    learned = learn_conformal(np.repeat([0, 1, 2], [12, 12, 4]), score, 0.9)
    assert learned.limits == (0.7, 0.2, None)
    assert learned.counts == (12, 12, 4)
    assert learned.within(np.array([[0.9, 0.1, 0.0]])).tolist() == [[True, False, True]]


def test_with_too_few_rows_in_all_there_is_no_set_and_no_interval():
    assert learn_conformal(np.arange(8.0), np.zeros(8), 0.9).within(np.zeros(3)) is None
    assert learn_conformal(np.arange(16) % 2, np.full((16, 2), 0.5), 0.9).within(np.full((3, 2), 0.5)) is None


def test_no_set_is_empty():
    truth = np.repeat([0, 1], 50)
    score = np.where(truth[:, None] == [0, 1], 0.95, 0.05)
    held = learn_conformal(truth, score, 0.9).within(np.array([[0.6, 0.4], [0.3, 0.7], [0.95, 0.05]]))
    assert held.tolist() == [[True, False], [False, True], [True, False]]


def test_groups_are_what_there_must_be_enough_of_and_rows_are_taken_where_there_are_not():
    truth, said = np.arange(80.0), np.zeros(80)
    assert learn_conformal(truth, said, 0.9, np.arange(80) // 8).units == ("groups",)  # 10 groups
    few = learn_conformal(truth, said, 0.9, np.arange(80) // 10)  # 8 groups
    assert few.units == ("rows",)
    assert few.counts == (80,)
    assert few.limits == learn_conformal(truth, said, 0.9).limits


def split_coverage(draw, groups_of, coverage, tries):
    """Coverage of new rows by limits from other rows, the model being fixed."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(tries):
        truth, score = draw(rng)
        new, said = draw(rng)
        within = learn_conformal(truth, score, coverage, groups_of).within(said)
        if score.ndim == 2:
            held = within[np.arange(len(new)), new]
            found.append([held[new == k].mean() for k in range(score.shape[1])])
        else:
            found.append([((new >= within[:, 0]) & (new <= within[:, 1])).mean()])
    return np.mean(found, axis=0)


def test_new_numbers_are_covered_as_often_as_wanted():
    def draw(rng):
        said = rng.normal(size=60)
        return said + rng.standard_t(3, size=60), said

    # exactly ⌈.8 · 61⌉ / 61 = .803 in expectation; standard error of 1,000 tries of 60 rows about .003
    assert split_coverage(draw, None, 0.8, 1000) == pytest.approx(0.803, abs=0.012)


def test_every_class_of_new_rows_is_covered_as_often_as_wanted_the_rare_one_too():
    def draw(rng):
        truth = np.repeat([0, 1, 2], [70, 40, 20])
        logits = rng.normal(size=(130, 3)) + np.array([2.0, 1.0, 0.0]) + 1.0 * np.eye(3)[truth]
        p = np.exp(logits)
        return truth, p / p.sum(axis=1, keepdims=True)

    covered = split_coverage(draw, None, 0.8, 600)
    # ⌈.8 (n + 1)⌉ / (n + 1): 57/71, 33/41, 17/21
    np.testing.assert_allclose(covered, [57 / 71, 33 / 41, 17 / 21], atol=0.015)


def test_rows_of_new_groups_are_covered_where_taking_rows_alike_is_not():
    """Twelve families with an effect of their own, three of them large."""
    rng = np.random.default_rng(7)
    sizes = np.r_[np.full(3, 40), np.full(9, 3)]
    labels = np.repeat(np.arange(12), sizes)
    by_group, by_row = [], []
    for _ in range(1500):
        residual = 2 * rng.normal(size=12)[labels] + 0.5 * rng.normal(size=len(labels))
        new = np.abs(2 * rng.normal(size=50) + 0.5 * rng.normal(size=50))  # each of a new group
        by_group.append((new <= learn_conformal(residual, 0 * residual, 0.9, labels).limits[0]).mean())
        by_row.append((new <= learn_conformal(residual, 0 * residual, 0.9).limits[0]).mean())
    assert np.mean(by_group) >= 0.9
    assert np.mean(by_row) < 0.85


@pytest.mark.parametrize("classes", [0, 3])
def test_it_is_plain_json_both_ways(classes):
    rng = np.random.default_rng(2)
    score = rng.dirichlet(np.ones(3), 40) if classes else rng.normal(size=40)
    truth = np.r_[np.zeros(20, int), np.ones(17, int), [2, 2, 2]] if classes else rng.normal(size=40)
    learned = learn_conformal(truth, score, 0.9)
    again = Conformal.from_mapping(json.loads(json.dumps(learned.to_mapping(), allow_nan=False)))
    assert again == learned
    np.testing.assert_array_equal(again.within(score), learned.within(score))
