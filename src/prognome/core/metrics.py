"""Every figure a model is judged by: its value, and the same value under many weightings of the rows.

The value is scikit-learn's own where it has one, so it equals ``cross_validate`` to the last digit. The
weighted form takes a matrix of row weights (replicates × rows), as a bootstrap draws them, and gives all
replicates at once; a contract test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prognome.core import metrics_of_decisions as decisions
from prognome.core import metrics_of_numbers as numbers
from prognome.core import metrics_of_probabilities as probabilities
from prognome.core import metrics_of_survival as survival
from prognome.core.follow_up import FollowUp
from prognome.core.judged import Judged
from prognome.core.weighed import Weighed, macro, of_rows, row_mean
from prognome.errors import StudyError, nearest

Array = NDArray[np.float64]
CLASSES = ("binary", "multiclass")
NUMBER = ("number",)
SURVIVAL = ("survival",)
AT = "@"  # parts the name of a figure from the time it is about


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


def weigh(judged: Judged, metrics: Sequence[Metric], weights: Array) -> Array:
    """(metrics, replicates) several figures of the same rows, faster than one by one."""
    shared = Weighed(judged, weights)
    return np.stack([metric.form(shared) for metric in metrics])


_B, _C = ("binary",), CLASSES


def _survival(name: str, help_line: str, higher: bool | None, form: Callable[[Weighed], Array]) -> Metric:
    return Metric(name, help_line, SURVIVAL, higher, False, survival.of_rows_as_they_are(form), form)


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("auc_roc", "area under the ROC curve; several classes: macro one against the rest", _C, True, False, probabilities.class_values("roc_auc_score"), probabilities.over_classes(probabilities.auc_of)),
        Metric("average_precision", "area under precision and recall; several classes: macro", _C, True, False, probabilities.class_values("average_precision_score"), probabilities.over_classes(probabilities.average_precision_of)),
        Metric("accuracy", "share of right decisions", _C, True, True, decisions.on_decision("accuracy_score"), decisions.weighted_accuracy),
        Metric("balanced_accuracy", "mean over classes of the share recognised", _C, True, True, decisions.on_decision("balanced_accuracy_score"), lambda w: macro(decisions.recalls(w))),
        Metric("sensitivity", "share of events recognised (recall); several classes: macro", _C, True, True, decisions.per_class("recall_score"), decisions.of_event_or_macro(decisions.recalls)),
        Metric("specificity", "share of non-events recognised", _B, True, True, decisions.specificity, lambda w: decisions.recalls(w)[:, 0]),
        Metric("precision", "share of alarms that are right (positive predictive value); several classes: macro", _C, True, True, decisions.per_class("precision_score"), decisions.of_event_or_macro(decisions.precisions)),
        Metric("npv", "share of all-clears that are right", _B, True, True, decisions.npv, lambda w: decisions.precisions(w)[:, 0]),
        Metric("f1", "harmonic mean of precision and sensitivity; several classes: macro", _C, True, True, decisions.per_class("f1_score"), decisions.of_event_or_macro(decisions.f1s)),
        Metric("mcc", "Matthews correlation of decision and truth", _C, True, True, decisions.on_decision("matthews_corrcoef"), decisions.weighted_mcc),
        Metric("log_loss", "mean surprise of the truth", _C, False, False, probabilities.log_loss, row_mean(probabilities.log_losses)),
        Metric("brier", "mean squared error of the probabilities; several classes: summed over classes", _C, False, False, probabilities.brier, row_mean(probabilities.briers)),
        Metric("calibration_intercept", "calibration in the large; ideally 0", _B, None, False, *probabilities.calibration(0)),
        Metric("calibration_slope", "below 1: probabilities too extreme; ideally 1", _B, None, False, *probabilities.calibration(1)),
        Metric("coverage", "share of rows whose prediction set or interval holds the truth", (*_C, "number"), None, False, **of_rows(lambda j: j.covered)),
        Metric("set_size", "mean number of classes in the prediction set", _C, None, False, **of_rows(lambda j: j.extent)),
        Metric("interval_width", "mean width of the prediction interval, in the target's unit", NUMBER, None, False, **of_rows(lambda j: j.extent)),
        Metric("mae", "mean absolute error, in the target's unit", NUMBER, False, False, numbers.on_score("mean_absolute_error"), row_mean(lambda j: np.abs(j.score - j.truth))),
        Metric("rmse", "root mean squared error, in the target's unit", NUMBER, False, False, numbers.on_score("root_mean_squared_error"), lambda w: np.sqrt(row_mean(lambda j: (j.score - j.truth) ** 2)(w))),
        Metric("mse", "mean squared error", NUMBER, False, False, numbers.on_score("mean_squared_error"), row_mean(lambda j: (j.score - j.truth) ** 2)),
        Metric("bias", "mean of prediction minus truth, in the target's unit; ideally 0", NUMBER, None, False, **of_rows(lambda j: j.score - j.truth)),
        Metric("r2", "share of variance explained", NUMBER, True, False, numbers.r2, numbers.weighted_r2),
        Metric("pearson", "linear correlation", NUMBER, True, False, numbers.correlation("pearsonr"), numbers.weighted_pearson),
        Metric("spearman", "rank correlation", NUMBER, True, False, numbers.correlation("spearmanr"), numbers.weighted_spearman),
        Metric("within_20_percent", "share of predictions within 20 % of the truth", NUMBER, True, False, lambda j: float(numbers.within_20(j).mean()), row_mean(numbers.within_20)),
        _survival("c_uno", "concordance of risk and time of events up to tau, free of the censoring (Uno)", True, survival.c_uno),
        _survival("c_harrell", "concordance of risk and time over the pairs that censoring left (Harrell)", True, survival.c_harrell),
        _survival("auc_t", "mean over the horizons of the area under the ROC curve at that time", True, survival.auc_t),
        _survival("brier_integrated", "mean squared error of the predicted survival over the time up to tau", False, survival.brier_integrated),
    )
}  # fmt: skip


def metrics_for(kind: str, follow_up: FollowUp | None = None) -> list[Metric]:
    """The figures defined for a kind of target, in their order; of survival also those at each horizon."""
    found = [metric for metric in METRICS.values() if kind in metric.targets]
    return found + [
        one for horizon in (follow_up.horizons if follow_up else ()) for one in metrics_at(horizon)
    ]


def metrics_at(horizon: float) -> list[Metric]:
    """Figures of survival at one time; their names end in ``@`` and the time."""
    when = f"{AT}{horizon:g}"
    return [
        _survival(f"auc_t{when}", f"area under the ROC curve at time {horizon:g}", True, survival.auc_at(horizon)),
        _survival(f"brier_t{when}", f"mean squared error of the predicted survival at time {horizon:g}", False, survival.brier_at(horizon)),
        _survival(f"survival_bias{when}", f"mean predicted survival less that observed at time {horizon:g}; ideally 0", None, survival.survival_bias_at(horizon)),
    ]  # fmt: skip


def find_metric(name: str, kind: str, *, where: str = "judge.primary") -> Metric:
    """A metric that can rank models, or an error that names the nearest one."""
    names = [metric.name for metric in metrics_for(kind) if metric.higher is not None]
    if name not in names:
        raise StudyError(
            where, f"no metric for a {kind} target is called '{name}'", mend=nearest(name, names)
        )
    return METRICS[name]
