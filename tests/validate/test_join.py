"""A stack of models that stand in the study: joined of their answers, equal to a stack by hand, and cheap."""

from collections import Counter
from typing import ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline

from prognome.core.cohort import Cohort
from prognome.core.metrics import find_metric
from prognome.core.seeds import seed_of
from prognome.core.space import Choice
from prognome.core.split import inner_folds, make_split
from prognome.core.study_judge import Judge
from prognome.core.study_models import Tune
from prognome.core.study_split import SplitSpec
from prognome.model.stacking import StackedClassifier, StackedRegressor
from prognome.prepare.fuse import fuse
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import Rules, evaluate, refit
from prognome.validate.score import Interval

STEPS = {"genes": [("impute.median", {}), ("scale.zscore", {})]}
INNER = 3


class Counted(LogisticRegression):
    """Counts the times it is fitted."""

    fits: ClassVar[Counter[float]] = Counter()

    def fit(self, X, y):
        Counted.fits[self.C] += 1
        return super().fit(X, y)


def member(label, model, rank, space=None):
    return Candidate(
        label, Pipeline([("prepare", fuse(STEPS, ["genes"])), ("model", model)]), rank, space or {}
    )


def stack(members, joined=True, number=False):
    pairs = [(one.label, one.estimator) for one in members]
    made = (StackedRegressor if number else StackedClassifier)(pairs, folds=INNER)
    return Candidate("stack", made, 9, members=tuple(members) if joined else ())


def rules(kind="binary", trials=1):
    metric = find_metric("mae" if kind == "number" else "auc_roc", kind)
    searching = Tune(search="random", trials=trials) if trials > 1 else Tune()
    return Rules(kind, metric, INNER, searching, Interval(20, 0.95, 1), 5, Judge(calibrate="none"))


def cut(cohort, **said):
    return make_split(
        SplitSpec.model_validate(said), ids=cohort.ids, target=cohort.target, classes=cohort.classes,
        groups=cohort.groups, seed=2,
    )  # fmt: skip


def members():
    return [member("weak", Counted(C=0.01), 1), member("strong", Counted(C=1.0), 2)]


def logit(p):
    return np.log(p / (1 - p))


def test_it_equals_a_stack_by_hand_on_the_same_inner_folds(cohort):
    split = cut(cohort, outer={"folds": 2, "group": "family"})
    two = members()
    done = evaluate([*two, stack(two)], cohort, split, rules())
    for number, fold in enumerate(split.folds(), start=1):
        train, judge = cohort.rows(fold.train), cohort.rows(fold.judge)
        cut_by = seed_of(5, "inner", "cv", 1, number)
        pairs = inner_folds(train.target, train.groups, INNER, cut_by, classes=True)
        table = np.column_stack(
            [
                logit(
                    cross_val_predict(m.estimator, train, train.target, cv=pairs, method="predict_proba")[
                        :, 1
                    ]
                )
                for m in two
            ]
        )
        meta = LogisticRegression(max_iter=1000).fit(table, train.target)
        said = [m.estimator.fit(train, train.target).predict_proba(judge)[:, 1] for m in two]
        wanted = meta.predict_proba(logit(np.column_stack(said)))[:, 1]
        lines = done.predictions.query("model == 'stack' and fold == @number").set_index("row")
        np.testing.assert_allclose(lines.loc[judge.ids, "p_1"], wanted, rtol=1e-10)


def test_its_standing_comes_from_meta_models_that_learned_on_the_other_inner_folds(cohort):
    two = members()
    learned = refit(stack(two), cohort, np.arange(len(cohort)), rules())
    cut_by = seed_of(5, "model", "stack", "refit", 1, 1)
    pairs = inner_folds(cohort.target, cohort.groups, INNER, cut_by, classes=True)
    table = np.column_stack(
        [
            logit(
                cross_val_predict(m.estimator, cohort, cohort.target, cv=pairs, method="predict_proba")[:, 1]
            )
            for m in two
        ]
    )
    for (others, judge), score in zip(pairs, learned.chosen.scores, strict=True):
        meta = LogisticRegression(max_iter=1000).fit(table[others], cohort.target[others])
        assert score == roc_auc_score(cohort.target[judge], meta.predict_proba(table[judge])[:, 1])


def test_nothing_is_fitted_that_the_members_alone_would_not_fit(cohort):
    split = cut(cohort, outer={"folds": 2}, test={"fraction": 0.2})
    counts = {}
    for joined in (True, False):
        Counted.fits.clear()
        two = members()
        evaluate([*two, stack(two, joined=joined)], cohort, split, rules())
        counts[joined] = sum(Counted.fits.values())
    # two members, two outer folds and the refit, each three inner fits and a final one
    assert counts[True] == 2 * (2 + 1) * (INNER + 1) == 24
    # by itself: as often again, each time with three inner fits and a final one inside
    assert counts[False] == 24 + 24 * (INNER + 1) == 120


def first_on_the_menu(members):
    """A stack that is the best as soon as it comes within one standard error."""
    return Candidate("stack", stack(members).estimator, 0, members=tuple(members))


def test_the_stack_that_is_kept_answers_as_it_was_judged(cohort):
    split = cut(cohort, outer={"folds": 3}, test={"fraction": 0.25})
    two = members()
    done = evaluate([first_on_the_menu(two), *two], cohort, split, rules())
    assert done.best == "stack"
    joined = done.refitted["stack"]
    assert joined.fitted.member_names_ == ["weak", "strong"]
    np.testing.assert_array_equal(joined.fitted.predict_proba(cohort.rows(split.test)), joined.said["test"])
    assert joined.timing["model_kb"] > done.refitted["weak"].timing["model_kb"]


def test_without_a_test_part_its_members_are_fitted_for_it_and_not_listed(cohort):
    two = members()
    done = evaluate([first_on_the_menu(two), *two], cohort, cut(cohort, outer={"folds": 3}), rules())
    assert set(done.refitted) == {"stack"}
    assert done.refitted["stack"].fitted.predict_proba(cohort).shape == (120, 2)
    assert set(done.timing.query("part == 'refit'")["model"]) == {"stack"}


class Turned(LogisticRegression):
    """Says the opposite unless it is told better."""

    def __init__(self, sign=-1):
        super().__init__()
        self.sign = sign

    def predict_proba(self, X):
        return super().predict_proba(X)[:, :: self.sign]


def test_what_a_search_chose_for_a_member_holds_in_the_stack(cohort):
    two = [
        member("turned", Turned(), 1, {"model__sign": Choice((1,))}),
        member("strong", LogisticRegression(), 2),
    ]
    learned = refit(stack(two), cohort, np.arange(len(cohort)), rules(trials=2))
    assert learned.chosen.params == {"turned__model__sign": 1}
    assert learned.fitted.fitted_members_[0][-1].sign == 1
    assert stack(two).with_params(learned.chosen.params).members[0][1][-1].sign == 1


def test_numbers_are_joined_too(cohort):
    dose = Cohort(cohort.ids, cohort.blocks, np.random.default_rng(0).normal(30, 5, 120))
    two = [member("a", Ridge(1.0), 1), member("b", Ridge(100.0), 2)]
    done = evaluate([*two, stack(two, number=True)], dose, cut(dose, outer={"folds": 3}), rules("number"))
    assert not done.failures
    assert "stack" in set(done.scores["model"])


def test_a_member_that_fails_takes_the_stack_with_it_and_nobody_else(cohort):
    class Broken(LogisticRegression):
        def fit(self, X, y):
            raise RuntimeError("no luck")

    two = [member("sound", LogisticRegression(), 1), member("broken", Broken(), 2)]
    done = evaluate([*two, stack(two)], cohort, cut(cohort, outer={"folds": 3}), rules())
    assert set(done.failures) == {"broken", "stack"}
    assert "its member broken failed" in done.failures["stack"]


def test_it_is_fitted_by_itself_where_a_member_does_not_stand(cohort):
    two = members()
    done = evaluate([two[0], stack(two)], cohort, cut(cohort, outer={"folds": 3}), rules())
    assert not done.failures
    assert "stack" in set(done.scores["model"])


class CountedByRows(LogisticRegression):
    """Counts its fits, by the number of rows."""

    fits: ClassVar[list[int]] = []

    def fit(self, X, y):
        CountedByRows.fits.append(len(y))
        return super().fit(X, y)


def test_with_a_validation_part_every_member_is_fitted_once_for_it_and_once_for_the_test_part(cohort):
    CountedByRows.fits.clear()
    two = [member("one", CountedByRows(C=1.0), 1), member("other", CountedByRows(C=0.01), 2)]
    split = cut(cohort, fractions=[0.6, 0.2, 0.2])
    done = evaluate([*two, stack(two)], cohort, split, rules())
    train, both = len(split.part("train")), len(split.part("train", "validation"))
    assert not done.failures
    assert sorted(CountedByRows.fits) == sorted([train, train, both, both])


def test_on_the_validation_part_no_row_is_judged_by_a_meta_model_that_learned_on_it(cohort):
    """The same by hand: five folds of the validation rows, a logistic meta-model of the others' logits."""
    split, two = cut(cohort, fractions=[0.6, 0.2, 0.2]), members()
    asked = rules()
    done = evaluate([*two, stack(two)], cohort, split, asked)
    rows = split.part("validation")
    said = {label: done.folds[(label, "validation")][0].judged.score for label in ("weak", "strong", "stack")}
    p = np.clip(np.column_stack([said["weak"][:, 1], said["strong"][:, 1]]), 1e-4, 1 - 1e-4)
    logits, y = np.log(p / (1 - p)), cohort.target[rows]
    seed = seed_of(asked.seed, "inner", "validation", 1, 1)
    by_hand = np.full(len(rows), np.nan)
    for learn, judge in inner_folds(y, cohort.groups[rows], 5, seed, classes=True):
        by_hand[judge] = (
            LogisticRegression(C=1.0, max_iter=1000)
            .fit(logits[learn], y[learn])
            .predict_proba(logits[judge])[:, 1]
        )
    np.testing.assert_allclose(said["stack"][:, 1], by_hand, atol=1e-9)


def test_labels_of_the_judges_do_not_change_what_is_said_about_them(cohort):
    split = cut(cohort, outer={"folds": 3})
    fold = next(iter(split.folds()))
    turned = cohort.target.copy()
    turned[fold.judge] = 1 - turned[fold.judge]
    other = Cohort(cohort.ids, cohort.blocks, turned, cohort.classes, cohort.groups)
    two = members()
    said = [evaluate([*two, stack(two)], c, split, rules()).predictions for c in (cohort, other)]
    first, second = (t.query("model == 'stack' and fold == 1")["p_1"].tolist() for t in said)
    assert first == second
