"""Every figure a model is judged by: its value, and the same value under many weightings of the rows.

The value is scikit-learn's own where it has one, so it equals ``cross_validate`` to the last digit. The
weighted form takes a matrix of row weights (replicates × rows), as a bootstrap draws them, and gives all
replicates at once; a contract test holds the two equal.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.recalibration import recalibration as recalibration
from prognome.errors import StudyError, nearest

Array = NDArray[np.float64]
CLASSES = ("binary", "multiclass")
NUMBER = ("number",)


@dataclass(frozen=True, eq=False)
class Judged:
    """What one model said about some rows, and the truth.

    Parameters
    ----------
    truth
        (n,) class codes, or numbers.
    score
        (n, K) probability of each class, or (n,) predicted numbers.
    raw
        (n, K) probabilities before recalibration, by which rows are ranked; None where there was none.
    cut
        Decisions are for the event above this probability (binary); None: above .5, or the most probable.
    within
        (n, K) which classes the prediction set holds, or (n, 2) ends of the prediction interval; None where
        there is none.
    """

    truth: NDArray[Any]
    score: Array
    raw: Array | None = None
    cut: float | None = None
    within: NDArray[Any] | None = None

    @property
    def classes(self) -> int:
        """Number of classes; 0 for numbers."""
        return self.score.shape[1] if self.score.ndim == 2 else 0

    @property
    def decision(self) -> NDArray[np.int_]:
        """(n,) the class decided on: above the cut, or the most probable."""
        return decide(self.score, self.cut)

    @property
    def event(self) -> Array:
        """(n,) probability of the event, for a binary target."""
        return self.score[:, 1]

    @property
    def ranking(self) -> Array:
        """(n, K) scores by which rows are ranked: those before recalibration, which may make ties."""
        return self.score if self.raw is None else self.raw

    @property
    def covered(self) -> NDArray[np.bool_] | None:
        """(n,) whether the truth lies in the prediction set or interval."""
        if self.within is None:
            return None
        if self.classes:
            return np.asarray(self.within[np.arange(len(self.truth)), self.truth.astype(int)], dtype=bool)
        return np.asarray((self.truth >= self.within[:, 0]) & (self.truth <= self.within[:, 1]))

    @property
    def extent(self) -> Array | None:
        """(n,) classes in the prediction set, or width of the prediction interval."""
        if self.within is None:
            return None
        if self.classes:
            return np.asarray(self.within.sum(axis=1), dtype=float)
        return np.asarray(self.within[:, 1] - self.within[:, 0])

    def rows(self, index: NDArray[Any]) -> Judged:
        """These rows alone."""
        return replace(
            self,
            truth=self.truth[index],
            score=self.score[index],
            raw=None if self.raw is None else self.raw[index],
            within=None if self.within is None else self.within[index],
        )

    def at(self, cut: float | None) -> Judged:
        """The same, with decisions at another threshold."""
        return replace(self, cut=cut)


def decide(probability: Array, cut: float | None = None) -> NDArray[np.int_]:
    """The most probable class (of equals the lower code); or the event where its probability is above ``cut``."""
    if cut is not None:
        return np.asarray((probability[:, 1] > cut).astype(int))
    return np.asarray(probability.argmax(axis=1))


@dataclass(frozen=True, eq=False)
class Metric:
    """One figure.

    Parameters
    ----------
    name, help
        As in ``scores.tsv``, and one line.
    targets
        Kinds of target it is defined for.
    higher
        Whether more is better; None where neither is (a calibration slope should be 1).
    of_decision
        Whether it judges decisions at a threshold rather than scores.
    value
        The figure; NaN where it is not defined (one class only).
    form
        The figure for every row of a weight matrix, from what such figures share (``Weighed``).
    """

    name: str
    help: str
    targets: tuple[str, ...]
    higher: bool | None
    of_decision: bool
    value: Callable[[Judged], float]
    form: Callable[[Weighed], Array]

    def weighted(self, judged: Judged, weights: Array) -> Array:
        """(replicates,) the figure for every row of a (replicates, n) weight matrix; NaN where not defined."""
        return self.form(Weighed(judged, weights))

    def better(self, value: float) -> float:
        """The value turned so that more is better."""
        return value if self.higher else -value


def _quiet(function: Callable[..., Any], *args: Any, **kwargs: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(function(*args, **kwargs))


def _sk(name: str) -> Callable[..., Any]:
    from sklearn import metrics

    found: Callable[..., Any] = getattr(metrics, name)
    return found


def _ratio(above: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))


# --- what weighted figures share: totals, the confusion table, rows in order of their score ------------


@dataclass(frozen=True, eq=False)
class Weighed:
    """Judged rows under many weightings; what several figures need is reckoned once.

    Parameters
    ----------
    judged
        The rows.
    weights
        (replicates, n) how often each row counts.
    """

    judged: Judged
    weights: Array

    @cached_property
    def total(self) -> Array:
        """(replicates,) sum of weights."""
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def table(self) -> Array:
        """(replicates, K, K) weighted counts, truth by decision."""
        return confusion(self.judged, self.weights)

    @cached_property
    def curves(self) -> list[tuple[Array, Array]]:
        """For each class (the event alone, where there are two) weights of its rows and of the others by score."""
        j = self.judged
        return [
            _by_score(j.truth == k, j.ranking[:, k], self.weights)
            for k in ((1,) if j.classes == 2 else range(j.classes))
        ]

    @cached_property
    def calibration(self) -> tuple[Array, Array]:
        """Calibration intercept and slope."""
        return recalibration(self.judged.truth, self.judged.event, self.weights)

    def mean(self, rows: Array) -> Array:
        """(replicates,) weighted mean of a figure that every row has."""
        return _ratio(np.asarray(self.weights @ rows), self.total)


def weigh(judged: Judged, metrics: Sequence[Metric], weights: Array) -> Array:
    """(metrics, replicates) several figures of the same rows, faster than one by one."""
    shared = Weighed(judged, weights)
    return np.stack([metric.form(shared) for metric in metrics])


# --- decisions: everything follows from the weighted confusion table -----------------------------------


def confusion(judged: Judged, weights: Array) -> Array:
    """(replicates, K, K) weighted counts, truth by decision."""
    k = judged.classes
    cell = judged.truth.astype(int) * k + judged.decision
    indicator = np.zeros((len(cell), k * k))
    indicator[np.arange(len(cell)), cell] = 1.0
    return np.asarray((weights @ indicator).reshape(-1, k, k))


def _w_accuracy(w: Weighed) -> Array:
    return _ratio(np.trace(w.table, axis1=1, axis2=2), w.total)


def _recalls(w: Weighed) -> Array:
    return _ratio(np.diagonal(w.table, axis1=1, axis2=2), w.table.sum(axis=2))


def _precisions(w: Weighed) -> Array:
    return _ratio(np.diagonal(w.table, axis1=1, axis2=2), w.table.sum(axis=1))


def _f1s(w: Weighed) -> Array:
    return _ratio(2 * np.diagonal(w.table, axis1=1, axis2=2), w.table.sum(axis=1) + w.table.sum(axis=2))


def _macro(values: Array) -> Array:
    """Mean over the classes for which the figure is defined."""
    known = ~np.isnan(values)
    return _ratio(np.where(known, values, 0).sum(axis=1), known.sum(axis=1))


def _w_mcc(w: Weighed) -> Array:
    table, total = w.table, w.total
    correct = np.trace(table, axis1=1, axis2=2)
    true, said = table.sum(axis=2), table.sum(axis=1)
    covariance = correct * total - (true * said).sum(axis=1)
    spread = np.sqrt((total**2 - (said**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1)))
    return np.asarray(np.where(spread > 0, covariance / np.where(spread > 0, spread, 1), 0.0))


def _present(j: Judged) -> NDArray[np.int_]:
    return np.unique(np.concatenate([j.truth.astype(int), j.decision]))


def _per_class(name: str) -> Callable[[Judged], float]:
    """scikit-learn's precision, recall or F1: of the event, or macro over the classes."""

    def value(j: Judged) -> float:
        if j.classes == 2:
            return _quiet(_sk(name), j.truth, j.decision, pos_label=1, zero_division=np.nan)
        return _quiet(
            _sk(name), j.truth, j.decision, labels=_present(j), average="macro", zero_division=np.nan
        )

    return value


def _of_event_or_macro(per_class: Callable[[Weighed], Array]) -> Callable[[Weighed], Array]:
    def weighted(w: Weighed) -> Array:
        values = per_class(w)
        return np.asarray(values[:, 1]) if w.judged.classes == 2 else _macro(values)

    return weighted


def _specificity(j: Judged) -> float:
    return _quiet(_sk("recall_score"), j.truth, j.decision, pos_label=0, zero_division=np.nan)


def _npv(j: Judged) -> float:
    return _quiet(_sk("precision_score"), j.truth, j.decision, pos_label=0, zero_division=np.nan)


# --- probabilities --------------------------------------------------------------------------------------


def _row_mean(loss: Callable[[Judged], Array]) -> Callable[[Weighed], Array]:
    def weighted(w: Weighed) -> Array:
        return w.mean(loss(w.judged))

    return weighted


def _log_losses(j: Judged) -> Array:
    p = np.clip(j.score, np.finfo(float).eps, 1 - np.finfo(float).eps)
    p = p / p.sum(axis=1, keepdims=True)
    return np.asarray(-np.log(p[np.arange(len(p)), j.truth.astype(int)]))


def _briers(j: Judged) -> Array:
    if j.classes == 2:
        return np.asarray((j.event - j.truth) ** 2)
    truth = np.eye(j.classes)[j.truth.astype(int)]
    return np.asarray(((j.score - truth) ** 2).sum(axis=1))


def _log_loss(j: Judged) -> float:
    return _quiet(_sk("log_loss"), j.truth, j.score, labels=np.arange(j.classes))


def _brier(j: Judged) -> float:
    if j.classes == 2:
        return _quiet(_sk("brier_score_loss"), j.truth, j.event, labels=[0, 1])
    return float(_briers(j).mean())


def _tied(score: Array, weights: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Order of rows by rising score, where each run of equal scores begins, and the weights in that order."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return order, starts, np.take(weights, order, axis=1)


def _runs(values: Array, starts: NDArray[np.intp]) -> Array:
    if len(starts) == values.shape[1]:
        return values
    return np.asarray(np.add.reduceat(values, starts, axis=1))


def _by_score(event: NDArray[np.bool_], score: Array, weights: Array) -> tuple[Array, Array]:
    """(replicates, distinct scores) weight of events and of others at each score, rising."""
    order, starts, ordered = _tied(score, weights)
    yes = ordered * event[order]
    return _runs(yes, starts), _runs(ordered - yes, starts)


def _auc_of(yes: Array, no: Array) -> Array:
    """Area under the ROC curve as a weighted Mann–Whitney statistic, ties counted half.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143:29–36.
    """
    lower = np.cumsum(no, axis=1)
    below = lower - no / 2
    return _ratio(np.einsum("rk,rk->r", yes, below), yes.sum(axis=1) * lower[:, -1])


def _average_precision_of(yes: Array, no: Array) -> Array:
    """Σ (R_k - R_{k-1}) P_k over falling thresholds."""
    found = np.cumsum(yes[:, ::-1], axis=1)
    alarms = found + np.cumsum(no[:, ::-1], axis=1)
    # the weights of rows that were not drawn are nought, and so is what they would add
    precision = np.divide(found, alarms, out=np.zeros_like(found), where=alarms > 0)
    return _ratio(np.einsum("rk,rk->r", yes[:, ::-1], precision), found[:, -1])


def _over_classes(figure: Callable[[Array, Array], Array]) -> Callable[[Weighed], Array]:
    def weighted(w: Weighed) -> Array:
        values = [figure(*curve) for curve in w.curves]
        return values[0] if len(values) == 1 else _macro(np.stack(values, axis=1))

    return weighted


def _class_values(name: str) -> Callable[[Judged], float]:
    def value(j: Judged) -> float:
        if j.classes == 2:
            if len(np.unique(j.truth)) < 2:
                return float("nan")
            return _quiet(_sk(name), j.truth, j.ranking[:, 1])
        values = [
            _quiet(_sk(name), j.truth == k, j.ranking[:, k])
            for k in range(j.classes)
            if 0 < (j.truth == k).sum() < len(j.truth)
        ]
        return float(np.average(values)) if values else float("nan")

    return value


def _calibration(which: int) -> tuple[Callable[[Judged], float], Callable[[Weighed], Array]]:
    def weighted(w: Weighed) -> Array:
        return w.calibration[which]

    def value(j: Judged) -> float:
        return float(recalibration(j.truth, j.event, np.ones((1, len(j.truth))))[which][0])

    return value, weighted


# --- numbers --------------------------------------------------------------------------------------------


def _w_r2(w: Weighed) -> Array:
    j = w.judged
    away = j.truth - j.truth.mean()  # sums of squares of numbers far from nought lose digits
    spread = w.weights @ (away**2) - w.total * w.mean(away) ** 2
    return np.asarray(1 - _ratio(w.weights @ ((j.truth - j.score) ** 2), spread))


def _correlation(x: Array, y: Array, w: Array) -> Array:
    """Pearson correlation; x and y (n,) or (replicates, n)."""
    total = w.sum(axis=1, keepdims=True)
    x, y = np.broadcast_to(x, w.shape), np.broadcast_to(y, w.shape)
    dx = x - _ratio((w * x).sum(1, keepdims=True), total)
    dy = y - _ratio((w * y).sum(1, keepdims=True), total)
    return _ratio((w * dx * dy).sum(1), np.sqrt((w * dx**2).sum(1) * (w * dy**2).sum(1)))


def _ranks(x: Array, w: Array) -> Array:
    """(replicates, n) mid-ranks of the rows in each weighted sample."""
    order, starts, sorted_weights = _tied(x, w)
    runs = _runs(sorted_weights, starts)
    middle = np.cumsum(runs, axis=1) - runs / 2
    run_of = np.searchsorted(starts, np.arange(len(x)), side="right") - 1
    ranks = np.empty_like(w)
    ranks[:, order] = middle[:, run_of]
    return ranks


def _w_pearson(w: Weighed) -> Array:
    x, y = w.judged.truth - w.judged.truth.mean(), w.judged.score - w.judged.score.mean()
    sums = w.weights @ np.column_stack([x, y, x * x, y * y, x * y])
    a, b, aa, bb, ab = _ratio(sums, w.total[:, None]).T
    return _ratio(ab - a * b, np.sqrt(np.maximum(aa - a * a, 0) * np.maximum(bb - b * b, 0)))


def _w_spearman(w: Weighed) -> Array:
    return _correlation(_ranks(w.judged.truth, w.weights), _ranks(w.judged.score, w.weights), w.weights)


def _correlation_value(name: str) -> Callable[[Judged], float]:
    def value(j: Judged) -> float:
        from scipy import stats

        if len(j.truth) < 3 or np.ptp(j.truth) == 0 or np.ptp(j.score) == 0:
            return float("nan")
        return float(getattr(stats, name)(j.truth, j.score)[0])

    return value


def _within_20(j: Judged) -> Array:
    return np.asarray(np.abs(j.score - j.truth) <= 0.2 * np.abs(j.truth), dtype=float)


def _value(name: str) -> Callable[[Judged], float]:
    def value(j: Judged) -> float:
        return _quiet(_sk(name), j.truth, j.score)

    return value


def _r2(j: Judged) -> float:
    return _quiet(_sk("r2_score"), j.truth, j.score) if len(j.truth) > 1 else float("nan")


def _on_decision(name: str, **fixed: Any) -> Callable[[Judged], float]:
    def value(j: Judged) -> float:
        return _quiet(_sk(name), j.truth, j.decision, **fixed)

    return value


def _of_rows(rows: Callable[[Judged], NDArray[Any] | None]) -> dict[str, Any]:
    """Both forms of the mean of a figure that rows have where there are prediction sets or intervals."""

    def value(j: Judged) -> float:
        found = rows(j)
        return float("nan") if found is None or not len(found) else float(np.mean(found))

    def weighted(w: Weighed) -> Array:
        found = rows(w.judged)
        return np.full(len(w.weights), np.nan) if found is None else w.mean(np.asarray(found, dtype=float))

    return {"value": value, "form": weighted}


_intercept, _w_intercept = _calibration(0)
_slope, _w_slope = _calibration(1)
_B, _M, _C = ("binary",), ("multiclass",), CLASSES

METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("auc_roc", "area under the ROC curve; several classes: macro one against the rest", _C, True, False, _class_values("roc_auc_score"), _over_classes(_auc_of)),
        Metric("average_precision", "area under precision and recall; several classes: macro", _C, True, False, _class_values("average_precision_score"), _over_classes(_average_precision_of)),
        Metric("accuracy", "share of right decisions", _C, True, True, _on_decision("accuracy_score"), _w_accuracy),
        Metric("balanced_accuracy", "mean over classes of the share recognised", _C, True, True, _on_decision("balanced_accuracy_score"), lambda w: _macro(_recalls(w))),
        Metric("sensitivity", "share of events recognised (recall); several classes: macro", _C, True, True, _per_class("recall_score"), _of_event_or_macro(_recalls)),
        Metric("specificity", "share of non-events recognised", _B, True, True, _specificity, lambda w: _recalls(w)[:, 0]),
        Metric("precision", "share of alarms that are right (positive predictive value); several classes: macro", _C, True, True, _per_class("precision_score"), _of_event_or_macro(_precisions)),
        Metric("npv", "share of all-clears that are right", _B, True, True, _npv, lambda w: _precisions(w)[:, 0]),
        Metric("f1", "harmonic mean of precision and sensitivity; several classes: macro", _C, True, True, _per_class("f1_score"), _of_event_or_macro(_f1s)),
        Metric("mcc", "Matthews correlation of decision and truth", _C, True, True, _on_decision("matthews_corrcoef"), _w_mcc),
        Metric("log_loss", "mean surprise of the truth", _C, False, False, _log_loss, _row_mean(_log_losses)),
        Metric("brier", "mean squared error of the probabilities; several classes: summed over classes", _C, False, False, _brier, _row_mean(_briers)),
        Metric("calibration_intercept", "calibration in the large; ideally 0", _B, None, False, _intercept, _w_intercept),
        Metric("calibration_slope", "below 1: probabilities too extreme; ideally 1", _B, None, False, _slope, _w_slope),
        Metric("coverage", "share of rows whose prediction set or interval holds the truth", (*_C, "number"), None, False, **_of_rows(lambda j: j.covered)),
        Metric("set_size", "mean number of classes in the prediction set", _C, None, False, **_of_rows(lambda j: j.extent)),
        Metric("interval_width", "mean width of the prediction interval, in the target's unit", NUMBER, None, False, **_of_rows(lambda j: j.extent)),
        Metric("mae", "mean absolute error, in the target's unit", NUMBER, False, False, _value("mean_absolute_error"), _row_mean(lambda j: np.abs(j.score - j.truth))),
        Metric("rmse", "root mean squared error, in the target's unit", NUMBER, False, False, _value("root_mean_squared_error"), lambda w: np.sqrt(_row_mean(lambda j: (j.score - j.truth) ** 2)(w))),
        Metric("mse", "mean squared error", NUMBER, False, False, _value("mean_squared_error"), _row_mean(lambda j: (j.score - j.truth) ** 2)),
        Metric("bias", "mean of prediction minus truth, in the target's unit; ideally 0", NUMBER, None, False, **_of_rows(lambda j: j.score - j.truth)),
        Metric("r2", "share of variance explained", NUMBER, True, False, _r2, _w_r2),
        Metric("pearson", "linear correlation", NUMBER, True, False, _correlation_value("pearsonr"), _w_pearson),
        Metric("spearman", "rank correlation", NUMBER, True, False, _correlation_value("spearmanr"), _w_spearman),
        Metric("within_20_percent", "share of predictions within 20 % of the truth", NUMBER, True, False, lambda j: float(_within_20(j).mean()), _row_mean(_within_20)),
    )
}  # fmt: skip


def metrics_for(kind: str) -> list[Metric]:
    """The figures defined for a kind of target, in their order."""
    return [metric for metric in METRICS.values() if kind in metric.targets]


def find_metric(name: str, kind: str, *, where: str = "judge.primary") -> Metric:
    """A metric that can rank models, or an error that names the nearest one."""
    names = [metric.name for metric in metrics_for(kind) if metric.higher is not None]
    if name not in names:
        raise StudyError(
            where, f"no metric for a {kind} target is called '{name}'", mend=nearest(name, names)
        )
    return METRICS[name]
