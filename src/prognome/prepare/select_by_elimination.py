"""Recursive feature elimination to a given number of columns, or to one that inner folds choose."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from prognome.core.space import Choice, Real, Space, Whole
from prognome.errors import DataError
from prognome.prepare.allowed import SEED, Above, AnyOf, OneOf, Rule, Share, WholeFrom
from prognome.prepare.columns import Columns, Mask, Numbers
from prognome.prepare.elimination import MODELS, Build, eliminate, elimination_rounds, sizes, weighing_model
from prognome.prepare.inner_score import folds_of, mean_over_folds, score_of
from prognome.prepare.selector import (
    TASK,
    GroupedSelector,
    TargetSelector,
    Task,
    centre_and_spread,
    standardised,
)

Model = Literal["svm", "ridge", "forest"]
HINGE = "hinge"
_WEIGHING: dict[str, Rule] = {
    "model": OneOf(MODELS),
    "step": AnyOf((WholeFrom(1), Share())),
    "C": Above(0.0),
    "trees": WholeFrom(1),
    "task": TASK,
    "random_state": SEED,
}


class EliminationSelector(TargetSelector):
    """Keep k number columns by recursive feature elimination.

    A model is fitted on all columns, those with the smallest squared weights are dropped, and so on until k
    are left. Columns are brought to mean 0 and variance 1 inside the step, so that weights compare; so is a
    target of numbers.

    **Learns** ``ranking_`` ((q,) 1 for the columns that stay, 2 for those that fell last, as scikit-learn's
    ``RFE`` with the same model and a whole number as step), ``keep_`` ((p,) columns that stay), from the
    training rows. One fit a round: 17 from 2,000 columns to 50 with the default step, 27 from 20,000.

    Parameters
    ----------
    k
        How many; all if there are fewer.
    model
        ``svm`` (linear support vectors), ``ridge`` (logistic regression of classes, linear of numbers, both
        with the ridge penalty) or ``forest`` (impurity). ``hinge``, for classes alone: support vectors with
        plain hinge loss, those of the first paper, solved on the products of rows; many rounds cost little
        where columns outnumber rows.
    step
        Columns dropped a round; or, below 1.0, the share **of those still there**, at least one.
    C
        Inverse strength of the penalty; a forest has none.
    trees
        Of a forest.
    task
        ``classes`` or ``number``; ``auto`` takes a target of ``float`` for numbers and any other for classes.
    random_state
        Seed of the linear solver and of the forest.

    References
    ----------
    Guyon, Weston, Barnhill and Vapnik (2002), Machine Learning 46:389–422.
    """

    NAME = "select.rfe"
    SPACE: ClassVar[Space] = {
        "k": Whole(5, 500, log=True),
        "C": Real(1e-3, 1e1, log=True),
        "model": Choice(("svm", "ridge")),
    }
    ALLOWED: ClassVar[dict[str, Rule]] = {"k": WholeFrom(1), **_WEIGHING, "model": OneOf((*MODELS, HINGE))}

    def __init__(
        self,
        *,
        k: int = 50,
        model: Model | Literal["hinge"] = "svm",
        step: int | float = 0.2,
        C: float = 0.1,
        trees: int = 100,
        task: Task = "auto",
        random_state: int | None = 0,
    ) -> None:
        self.k = k
        self.model = model
        self.step = step
        self.C = C
        self.trees = trees
        self.task = task
        self.random_state = random_state

    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        plan = sizes(columns.numbers.shape[1], self.k, self.step)
        numbers = standardised(columns.numbers)
        if self.model == HINGE:
            stood = self._stood_by_hinge(numbers, y, plan, classes=classes)
        else:
            build = weighing_model(
                self.model, classes=classes, C=self.C, trees=self.trees, seed=self.random_state
            )
            stood = elimination_rounds(numbers, _scaled(y, classes=classes), build, plan)
        self.ranking_ = len(plan) - stood
        return np.asarray(self.ranking_ == 1)

    def _stood_by_hinge(
        self, numbers: Numbers, y: NDArray[Any], plan: list[int], *, classes: bool
    ) -> NDArray[np.intp]:
        """(q,) how many rounds each column stood."""
        if not classes:
            raise DataError(self.NAME, "serves classes alone with model: hinge", mend="Say model: svm.")
        from prognome.screen.svm_rfe import svm_rfe_order  # compiles when it is first needed

        place = np.argsort(svm_rfe_order(numbers, y, c=self.C, plan=plan))
        return np.asarray((place[:, None] < np.array(plan[1:], dtype=int)).sum(axis=1), dtype=np.intp)


class FoldedEliminationSelector(GroupedSelector):
    """Keep as many number columns as recursive elimination needs, by inner folds of the training rows.

    In every inner fold columns are eliminated on its own training part as in ``select.rfe``, and the model of
    every round is judged on the part kept aside: by AUC (of more than two classes the mean of each against
    the rest), or R² for numbers. The number of columns with the best mean wins; then the columns are
    eliminated to it on all training rows. Groups are kept whole in these folds.

    **Learns** ``sizes_`` ((m,) numbers of columns that were tried), ``scores_`` ((m,) mean inner score of
    each), ``size_`` (the chosen), ``fits_`` (models fitted), ``keep_`` ((p,) columns that stay), from the
    training rows. (folds + 1) × rounds fits at most, where rounds ≈ ln(q / least) / -ln(1 - step): 6 × 30 =
    180 from 2,000 columns with the defaults, 2 s at 200 rows. On 20,000 columns it takes 10 s for classes and
    near a minute for numbers: put ``{select.anova: {k: 2000}}`` before it.

    Parameters
    ----------
    least
        The smallest number that is tried.
    most
        The largest number that may be chosen, or None.
    folds
        Inner folds; fewer where a class or the groups allow no more.
    rule
        ``best``: the best mean score, of equal ones the fewer columns. ``one_se``: the fewest columns
        whose mean is within one standard error (over the folds) of it.
    model, step, C, trees, task
        As in ``select.rfe``.
    random_state
        Seed of the folds, the linear solver and the forest.

    References
    ----------
    Guyon, Weston, Barnhill and Vapnik (2002), Machine Learning 46:389–422; the rule of one standard error:
    Breiman, Friedman, Olshen and Stone (1984), Classification and Regression Trees, 3.4.3.
    """

    NAME = "select.rfe_cv"
    SPACE: ClassVar[Space] = {
        "C": Real(1e-3, 1e1, log=True),
        "rule": Choice(("best", "one_se")),
    }
    ALLOWED: ClassVar[dict[str, Rule]] = {
        "least": WholeFrom(1),
        "most": AnyOf((WholeFrom(1), OneOf((None,)))),
        "folds": WholeFrom(2),
        "rule": OneOf(("best", "one_se")),
        **_WEIGHING,
    }

    def __init__(
        self,
        *,
        least: int = 5,
        most: int | None = None,
        folds: int = 5,
        rule: Literal["best", "one_se"] = "best",
        model: Model = "svm",
        step: int | float = 0.2,
        C: float = 0.1,
        trees: int = 100,
        task: Task = "auto",
        random_state: int | None = 0,
    ) -> None:
        self.least = least
        self.most = most
        self.folds = folds
        self.rule = rule
        self.model = model
        self.step = step
        self.C = C
        self.trees = trees
        self.task = task
        self.random_state = random_state

    def _choose(self, columns: Columns, y: NDArray[Any], *, classes: bool, groups: Any) -> Mask:
        numbers = columns.numbers
        plan = sizes(numbers.shape[1], self.least, self.step)
        build = weighing_model(
            self.model, classes=classes, C=self.C, trees=self.trees, seed=self.random_state
        )
        y = _scaled(y, classes=classes)
        folds = folds_of(y, groups, self.folds, self.random_state, classes=classes)
        judged = np.array(
            [
                _judged_rounds(
                    numbers[learn], y[learn], numbers[judge], y[judge], build, plan, classes=classes
                )
                for learn, judge in folds
            ]
        )
        self.sizes_ = np.array(plan, dtype=np.intp)
        self.scores_ = mean_over_folds(judged, where=self.NAME)
        round_ = self._chosen_round(judged)
        self.size_ = plan[round_]
        self.fits_ = len(folds) * len(plan) + round_
        stood = elimination_rounds(standardised(numbers), y, build, plan[: round_ + 1])
        return np.asarray(stood == round_)

    def _chosen_round(self, judged: Numbers) -> int:
        allowed = self.sizes_ <= (self.most or self.sizes_[0])
        allowed |= self.sizes_ == self.sizes_[-1]
        means = np.where(allowed, self.scores_, -np.inf)
        round_ = len(means) - 1 - int(np.argmax(means[::-1]))  # rounds have ever fewer columns
        told = judged[np.isfinite(judged[:, round_]), round_]
        if self.rule == "best" or len(told) < 2:
            return round_
        error = float(told.std(ddof=1) / np.sqrt(len(told)))
        return int(np.flatnonzero(means >= means[round_] - error)[-1])


def _judged_rounds(
    learn: Numbers,
    known: NDArray[Any],
    judge: Numbers,
    truth: NDArray[Any],
    build: Build,
    plan: list[int],
    *,
    classes: bool,
) -> list[float]:
    """The score on rows kept aside of every round."""
    mean, spread = centre_and_spread(learn)
    learn, judge = (learn - mean) / spread, (judge - mean) / spread
    return [
        score_of(_said(model, judge[:, left], classes=classes), truth, classes=classes)
        for left, model in eliminate(learn, known, build, plan)
    ]


def _said(model: Any, numbers: Numbers, *, classes: bool) -> Numbers:
    if not classes:
        return np.asarray(model.predict(numbers))
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(numbers))
    shares = np.asarray(model.predict_proba(numbers))
    return shares[:, 1] if shares.shape[1] == 2 else shares


def _scaled(y: NDArray[Any], *, classes: bool) -> NDArray[Any]:
    """Numbers with variance 1, so that C means the same in any unit; classes as they are."""
    return y if classes else standardised(y[:, None])[:, 0]
