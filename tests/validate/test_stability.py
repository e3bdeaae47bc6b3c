"""Learning curve and spread: nested rows, the same judges, the fold's own figure at the end."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from prognome.core.cohort import Cohort
from prognome.core.metrics import find_metric
from prognome.core.space import Real
from prognome.core.split import make_split
from prognome.core.study_judge import Judge
from prognome.core.study_models import Tune
from prognome.core.study_split import SplitSpec
from prognome.core.table import Table
from prognome.prepare.fuse import fuse
from prognome.validate.candidate import Candidate
from prognome.validate.crew import Crew
from prognome.validate.evaluate import Rules, evaluate
from prognome.validate.score import Interval
from prognome.validate.stability import (
    COLUMNS,
    _spread,
    count_pieces,
    judge_rows_as,
    learning_curve,
    nested_subsets,
    over_seeds,
    recut,
    spread_sentence,
)

AUC = find_metric("auc_roc", "binary")
SHARES = [0.25, 0.5, 0.75, 1.0]
STEPS = {"genes": [("impute.median", {}), ("scale.zscore", {})]}
SPEC = SplitSpec.model_validate({"outer": {"folds": 3, "repeats": 2}})


def candidate(model, space=None, label="model"):
    return Candidate(label, Pipeline([("prepare", fuse(STEPS, ["genes"])), ("model", model)]), 1, space or {})


FOREST = candidate(RandomForestClassifier(5), {"model__min_samples_leaf": Real(0.01, 0.2)})
LOGISTIC = candidate(LogisticRegression())


@pytest.fixture
def loose(cohort):
    """The clinic without its families."""
    return Cohort(cohort.ids, cohort.blocks, cohort.target, cohort.classes)


def cut(cohort, spec=SPEC, seed=2, **more):
    return make_split(
        spec, ids=cohort.ids, target=cohort.target, classes=cohort.classes, groups=cohort.groups,
        seed=seed, **more,
    )  # fmt: skip


def crew(cohort, workers=1, metric=AUC):
    return Crew(cohort, metric, workers, 1, None)


def given(split):
    return {(fold.repeat, fold.fold): {} for fold in split.folds()}


def curve(cohort, split, model=LOGISTIC, shares=SHARES, workers=1, seed=5):
    return learning_curve(
        model, given(split), cohort, split, shares, metric=AUC, seed=seed, crew=crew(cohort, workers)
    )


def test_a_smaller_share_lies_inside_a_larger_one_and_keeps_the_classes(loose):
    rows = np.arange(5, 115)
    subsets = nested_subsets(loose, rows, SHARES, 1)
    assert list(subsets) == SHARES
    for small, large in pairwise(SHARES):
        assert set(subsets[small]) < set(subsets[large])
    np.testing.assert_array_equal(subsets[1.0], rows)
    events = loose.target[rows].sum()
    for share, drawn in subsets.items():
        assert abs(loose.target[drawn].sum() - share * events) <= 0.5
        assert abs(len(drawn) - share * len(rows)) <= 1


def test_families_go_in_whole_and_a_rare_class_is_spread(cohort):
    rare = np.zeros(120, dtype=int)
    rare[::12] = 1  # ten rows in ten families of three
    families = Cohort(cohort.ids, cohort.blocks, rare, ("0", "1"), cohort.groups)
    subsets = nested_subsets(families, np.arange(120), SHARES, 1)
    for share, drawn in subsets.items():
        counts = pd.Series(cohort.groups[drawn]).value_counts()
        assert (counts == 3).all()
        assert abs(rare[drawn].sum() - 10 * share) <= 0.5
    assert set(subsets[0.25]) < set(subsets[0.5]) < set(subsets[0.75])


def test_rows_of_one_single_group_are_parted_by_themselves(cohort):
    one = Cohort(
        cohort.ids, cohort.blocks, cohort.target, cohort.classes, np.array(["site"] * 120, dtype=object)
    )
    assert 28 <= len(nested_subsets(one, np.arange(120), [0.25], 1)[0.25]) <= 32


def test_numbers_are_drawn_without_classes(loose):
    numbers = Cohort(loose.ids, loose.blocks, np.linspace(0, 1, 120))
    assert len(nested_subsets(numbers, np.arange(100), [0.25], 1)[0.25]) == 25


def test_every_fold_of_the_first_repeat_is_judged_on_its_own_rows_at_every_share(loose, monkeypatch):
    asked = []
    real = Crew.work

    def listen(self, tasks):
        asked.extend((task.part, task.fold, task.train, judge["judge"][1]) for task, judge in tasks)
        return real(self, tasks)

    monkeypatch.setattr(Crew, "work", listen)
    split = cut(loose)
    table = curve(loose, split).table
    judges = {fold.fold: fold.judge for fold in split.folds() if fold.repeat == 1}
    trains = {fold.fold: set(fold.train) for fold in split.folds() if fold.repeat == 1}
    assert len(asked) == len(table) == 12
    for _, fold, train, judge in asked:
        np.testing.assert_array_equal(judge, judges[fold])
        assert set(train) <= trains[fold]
    assert tuple(table) == COLUMNS
    assert table["seed"].isna().all()
    assert table["train_rows"].tolist() == [len(train) for _, _, train, _ in asked]


def test_at_share_one_the_figure_is_that_of_the_fold_parameters_and_seed_included(cohort):
    split = cut(cohort)
    rules = Rules(
        "binary", AUC, 3, Tune(search="random", trials=3), Interval(100, 0.95, 1), 5, Judge(calibrate="none")
    )
    judged = evaluate([FOREST, candidate(LogisticRegression(), label="other")], cohort, split, rules)
    params = judged.params_of("model")
    assert set(params) == {(fold.repeat, fold.fold) for fold in split.folds()}
    assert any(params.values()), "a search that found something is what is tested here"
    table = learning_curve(FOREST, params, cohort, split, SHARES, metric=AUC, seed=5, crew=crew(cohort)).table
    scores = judged.scores.query("model == 'model' and metric == 'auc_roc' and repeat == 1")
    expected = scores.dropna(subset=["fold"]).sort_values("fold")["value"]
    np.testing.assert_allclose(table[table["share"] == 1.0]["value"], expected, rtol=1e-12)


def test_figures_that_are_known_are_not_fitted_again_and_give_the_same_curve(loose, monkeypatch):
    split = cut(loose)
    whole = curve(loose, split).table
    known = {(1, fold): value for fold, value in whole.query("share == 1")[["fold", "value"]].to_numpy()}
    parts = []
    real = Crew.work

    def listen(self, tasks):
        parts.extend(task.part for task, _ in tasks)
        return real(self, tasks)

    monkeypatch.setattr(Crew, "work", listen)
    found = learning_curve(
        LOGISTIC, given(split), loose, split, SHARES, metric=AUC, seed=5, crew=crew(loose), known=known
    )
    pd.testing.assert_frame_equal(found.table, whole)
    assert set(parts) == {"curve:0.25", "curve:0.5", "curve:0.75"}
    assert count_pieces(loose, split, SHARES, 0, 5, known=True) == len(parts)


def test_a_fold_is_fitted_once_and_judged_with_and_without_a_column(loose, monkeypatch):
    fitted = []
    real = Crew.work

    def listen(self, tasks):
        fitted.extend((task.repeat, task.fold) for task, _ in tasks)
        return real(self, tasks)

    monkeypatch.setattr(Crew, "work", listen)
    split = cut(loose)
    genes = loose.blocks["genes"]
    blank = Cohort(
        loose.ids,
        {**loose.blocks, "genes": Table(genes.ids, genes.frame * np.nan)},
        loose.target,
        loose.classes,
    )
    found = judge_rows_as(
        {"as it is": loose, "blank": blank}, LOGISTIC, given(split), loose, split,
        metric=AUC, seed=5, crew=crew(loose),
    )  # fmt: skip
    assert fitted == [(1, 1), (1, 2), (1, 3)]
    assert found["as it is"] == curve(loose, split, shares=[1.0]).table["value"].mean()
    assert found["as it is"] > 0.6
    assert found["blank"] == 0.5  # every row gets the medians of the training rows, so all are tied


def test_a_share_with_too_few_rows_of_a_class_is_left_out_for_all_folds(loose):
    rare = np.zeros(120, dtype=int)
    rare[:27] = 1  # 18 events train in each fold: .25 gives 4 or 5, which is too few; .5 gives 9
    few = Cohort(loose.ids, loose.blocks, rare, ("0", "1"))
    split = cut(few)
    assert sorted(set(curve(few, split, shares=[0.2, 0.5, 1.0]).table["share"])) == [0.5, 1.0]


def test_shares_that_whole_groups_make_equal_are_judged_once(cohort):
    site = np.array([f"S{k % 4}" for k in range(120)], dtype=object)
    sites = Cohort(cohort.ids, cohort.blocks, cohort.target, cohort.classes, site)
    split = cut(sites, SplitSpec.model_validate({"outer": {"leave_out": "site"}}))
    # three sites of thirty train: a site reaches places 1/6, 1/2, 5/6, so .5 and .75 hold the same two
    table = curve(sites, split, shares=[0.5, 0.75, 1.0]).table
    assert sorted(set(table["train_rows"])) == [60, 90]
    assert sorted(set(table["share"])) == [0.75, 1.0]


def test_no_shares_give_an_empty_curve(loose):
    found = curve(loose, cut(loose), shares=[])
    assert len(found.table) == 0
    assert found.end is None


def test_the_curve_rises_where_there_is_something_to_learn(cohort):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 30))
    y = (X[:, :10].sum(axis=1) + rng.normal(size=400) > 0).astype(int)
    ids = np.array([f"R{k}" for k in range(400)], dtype=object)
    frame = pd.DataFrame(X, columns=[f"g{k}" for k in range(30)])
    many = Cohort(ids, {"genes": Table(ids, frame)}, y, ("0", "1"))
    found = curve(many, cut(many), shares=[0.1, 1.0])
    assert found.end is not None
    assert found.end.verdict == "rising"


def test_a_model_that_fails_at_a_share_leaves_it_without_a_figure(loose):
    table = curve(loose, cut(loose), candidate(LogisticRegression(C=-1))).table
    assert len(table) == 12
    assert table["value"].isna().all()


def test_a_validation_part_gives_a_curve_of_one_fold(loose):
    split = cut(loose, SplitSpec.model_validate({"fractions": [0.6, 0.2, 0.2]}))
    table = curve(loose, split).table
    assert table["train_rows"].max() == 72
    assert set(table["fold"]) == {1}


def seeds(cohort, split, spec=SPEC, model=FOREST, number=3, workers=1, seed=5):
    return over_seeds(
        model, {}, cohort, split, spec, number, metric=AUC, seed=seed, crew=crew(cohort, workers)
    )


def test_curve_and_seeds_are_the_same_for_any_number_of_workers_and_another_seed_differs(cohort):
    split = cut(cohort)
    alone, crowd = curve(cohort, split, FOREST), curve(cohort, split, FOREST, workers=2)
    pd.testing.assert_frame_equal(alone.table, crowd.table)
    assert not alone.table.equals(curve(cohort, split, FOREST, seed=6).table)
    one, two = seeds(cohort, split), seeds(cohort, split, workers=2)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.spread == two.spread
    assert not one.table.equals(seeds(cohort, split, seed=6).table)


def test_another_seed_cuts_other_folds_of_the_same_rows_and_leaves_the_test_part(cohort):
    spec = SplitSpec.model_validate({"test": {"fraction": 0.2}, "outer": {"folds": 3, "repeats": 2}})
    split = cut(cohort, spec)
    again = recut(spec, cohort, split, 9)
    np.testing.assert_array_equal(again.test, split.test)
    np.testing.assert_array_equal(again.learn, split.learn)
    first = {tuple(fold.judge) for fold in split.folds()}
    other = list(again.folds())
    assert {fold.repeat for fold in other} == {1}
    assert not first & {tuple(fold.judge) for fold in other}
    for fold in other:
        assert not set(cohort.groups[fold.train]) & set(cohort.groups[fold.judge])


def test_fractions_draw_another_validation_part(loose):
    spec = SplitSpec.model_validate({"fractions": [0.6, 0.2, 0.2]})
    split = cut(loose, spec)
    again = recut(spec, loose, split, 9)
    np.testing.assert_array_equal(again.test, split.test)
    assert len(again.part("validation")) == len(split.part("validation"))
    assert set(again.part("validation")) != set(split.part("validation"))


def test_folds_that_are_given_stay_and_the_models_seeds_alone_move(cohort):
    spec = SplitSpec.model_validate({"outer": {"leave_out": "site"}})
    site = np.array([f"S{k % 4}" for k in range(120)], dtype=object)
    sites = Cohort(cohort.ids, cohort.blocks, cohort.target, cohort.classes, site)
    split = cut(sites, spec)
    assert recut(spec, sites, split, 9) is split
    forest = seeds(sites, split, spec).spread
    assert forest.over_seeds > 0
    assert not forest.folds_moved
    logistic = seeds(sites, split, spec, LOGISTIC).spread
    assert logistic.over_seeds == 0, "a model without chance on given folds does not move"


def test_a_seed_whose_folds_cannot_be_learned_is_left_out(cohort, monkeypatch):
    from prognome.errors import DataError
    from prognome.validate import stability

    real, calls = stability.recut, []

    def sometimes(*given):
        calls.append(given)
        if len(calls) == 2:
            raise DataError("split", "a class has no row to learn from")
        return real(*given)

    monkeypatch.setattr(stability, "recut", sometimes)
    found = seeds(cohort, cut(cohort))
    assert sorted(set(found.table["seed"])) == [1, 3]
    assert found.spread.splits == 2


def test_the_spread_by_hand():
    table = pd.DataFrame({"seed": [1, 1, 1, 2, 2, 2], "value": [0.7, 0.8, 0.9, 0.74, 0.84, np.nan]})
    spread = _spread(table, folds_moved=True)
    # means .8 and .79: sd .01/√2; variances .01 and .005, their mean .0075
    assert spread.over_seeds == pytest.approx(0.01 / np.sqrt(2))
    assert spread.over_folds == pytest.approx(np.sqrt(0.0075))
    assert spread.mean == pytest.approx(0.795)
    assert spread_sentence(spread, metric="AUC", error=False) == (
        "Judged again 2 times with other folds and seeds, its parameters fixed, the average AUC of the model "
        "has a standard deviation of 0.007; over the folds of one split it is 0.087."
    )
    assert _spread(table.assign(value=np.nan), folds_moved=True) is None
    once = _spread(table[table["seed"] == 1], folds_moved=False)
    assert "an average AUC of 0.800; over the folds" in spread_sentence(once, metric="AUC", error=False)


def test_the_pieces_are_counted_before_the_work(cohort):
    split = cut(cohort)
    done = len(curve(cohort, split).table) + len(seeds(cohort, split).table)
    assert count_pieces(cohort, split, SHARES, 3, 5) == done
    assert count_pieces(cohort, split, [], 0, 5) == 0


def test_numbers_have_a_curve_too(loose):
    mae = find_metric("mae", "number")
    y = loose.blocks["genes"].frame["g1"].to_numpy() * 3 + 10
    numbers = Cohort(loose.ids, loose.blocks, y)
    split = cut(numbers, SplitSpec.model_validate({"outer": {"folds": 3}}))
    found = learning_curve(
        candidate(RandomForestRegressor(5)), given(split), numbers, split, [0.1, 0.5, 1.0],
        metric=mae, seed=5, crew=crew(numbers, metric=mae),
    )  # fmt: skip
    assert sorted(set(found.table["share"])) == [0.5, 1.0], "eight rows are too few"
    assert (found.table["value"] > 0).all()
