"""Probabilities mended so that of 100 patients told 20 %, about 20 have the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["none", "logistic", "isotonic", "temperature", "hazard"]

LEAST_ROWS = 5
ISOTONIC_ROWS = 1_000
LEAST_SLOPE = 0.01
MOST_SLOPE = 100.0


@dataclass(frozen=True)
class Calibration:
    """A map from what a model says to a probability; it never turns the order of two rows round.

    Parameters
    ----------
    kind
        ``none`` leaves probabilities as they are; ``logistic`` (two classes) is
        ``logit q = intercept + slope · logit p``; ``temperature`` (several classes) takes each probability to
        the power ``slope``, which is one over the temperature, and makes them sum to 1; ``isotonic`` is a
        rising line through ``knots``, several classes one against the rest; ``hazard`` (survival) is
        ``exp(-H(t) exp(slope · (risk - intercept)))`` with times and H as ``knots``.
    slope, intercept
        Of the logistic map and of the risk; of a temperature the slope alone.
    edge
        Probabilities below it are taken as it, those above 1 - edge as that. It is 1 / (n + 2) for n rows
        learned from, which cannot tell rarer things apart; a forest's plain 0 would otherwise outweigh them.
    knots
        For each curve its probabilities said and its probabilities meant, both rising.
    reason
        Why nothing was learned, where something was asked for.
    """

    kind: Kind = "none"
    slope: float = 1.0
    intercept: float = 0.0
    edge: float = 0.0
    knots: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = ()
    reason: str = ""

    def apply(self, said: Array) -> Array:
        """Mend (n, K) probabilities, whose rows sum to 1; or (n, 1 + T) risk and survival."""
        if self.kind == "logistic":
            return _two(_sigmoid(self.intercept + self.slope * _logit(said[:, 1], self.edge)))
        if self.kind == "temperature":
            return _softmax(self.slope * np.log(np.clip(said, self.edge, 1.0)))
        if self.kind == "hazard":
            ((_, hazard),) = self.knots
            risk = said[:, :1]
            log_hazard = np.clip(self.slope * (risk - self.intercept), -50, 50)
            return np.hstack([risk, np.exp(-np.array(hazard) * np.exp(log_hazard))])
        if self.kind == "isotonic":
            curves = [np.interp(said[:, k], *self.knots[i]) for i, k in enumerate(_columns(said.shape[1]))]
            if said.shape[1] == 2:
                return _two(curves[0])
            meant = np.stack(curves, axis=1)
            return np.asarray(meant / meant.sum(axis=1, keepdims=True))
        return said

    def to_mapping(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        plain = asdict(self)
        plain["knots"] = [[list(said), list(meant)] for said, meant in self.knots]
        return plain

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Calibration:
        """What :meth:`to_mapping` wrote."""
        if data["kind"] not in ("none", "logistic", "isotonic", "temperature", "hazard"):
            raise ValueError("there is no such kind of calibration")
        knots = tuple((tuple(map(float, said)), tuple(map(float, meant))) for said, meant in data["knots"])
        return cls(
            data["kind"],
            float(data["slope"]),
            float(data["intercept"]),
            float(data["edge"]),
            knots,
            str(data["reason"]),
        )


def learn_calibration(truth: NDArray[Any], said: Array, how: str = "auto") -> Calibration:
    """Learn how what a model says is to be mended.

    **Learns** the map, from all rows given. They must be rows that the model had not learned from.

    Parameters
    ----------
    truth
        (n,) class codes.
    said
        (n, K) probabilities, in the order of the codes.
    how
        ``auto``: logistic, isotonic from 1,000 events and 1,000 other rows; several classes: temperature.
        ``logistic`` and ``isotonic`` as they say (several classes: temperature for logistic). ``none``.

    Returns
    -------
    Nothing to mend, with the reason, where a class has fewer than 5 rows or the model says the same of all.

    References
    ----------
    Platt (1999), Advances in Large Margin Classifiers, 61–74, with his smoothed targets; Lin, Lin and Weng
    (2007), Machine Learning 68:267–276. Isotonic: Zadrozny and Elkan (2002), KDD, 694–699. Temperature: Guo
    et al. (2017), ICML, 1321–1330, here with smoothed targets as well, which bound it under separation.
    """
    classes = said.shape[1]
    counts = np.bincount(truth.astype(int), minlength=classes)
    if how == "none":
        return Calibration()
    if counts.min() < LEAST_ROWS:
        return Calibration(reason=f"a class has {counts.min()} rows to learn it from; needs {LEAST_ROWS}")
    if not np.ptp(said, axis=0).any():
        return Calibration(reason="the model says the same of every row")
    enough = classes == 2 and counts.min() >= ISOTONIC_ROWS
    if how == "isotonic" or (how == "auto" and enough):
        return _learn_isotonic(truth, said, counts)
    return _learn_logistic(truth, said, counts) if classes == 2 else _learn_temperature(truth, said, counts)


def _learn_logistic(truth: NDArray[Any], said: Array, counts: NDArray[np.int_]) -> Calibration:
    """Newton's method on a convex loss, halving steps that do not help; then the slope is kept in bounds."""
    edge = 1 / (len(truth) + 2)
    x = _logit(said[:, 1], edge)
    if np.ptp(x) == 0:
        return Calibration(reason="the model says the same of every row")
    target = np.where(truth == 1, (counts[1] + 1) / (counts[1] + 2), 1 / (counts[0] + 2))
    prior = float(np.log((counts[1] + 1) / (counts[0] + 1)))
    design = np.column_stack([np.ones_like(x), x])
    intercept, slope = _newton(design, target, np.array([prior, 0.0]), np.zeros_like(x))
    kept = float(np.clip(slope, LEAST_SLOPE, MOST_SLOPE))
    if kept != slope:
        (intercept,) = _newton(design[:, :1], target, np.array([prior]), kept * x)
    return Calibration("logistic", kept, float(intercept), edge)


def _newton(design: Array, target: Array, start: Array, offset: Array) -> Array:
    """The logistic regression of targets between 0 and 1 on the design's columns."""

    def loss(at: Array) -> float:
        eta = design @ at + offset
        return float((np.logaddexp(0, eta) - target * eta).sum())

    at, now = start, loss(start)
    for _ in range(100):
        mu = _sigmoid(design @ at + offset)
        gradient = design.T @ (target - mu)
        curve = (design * (mu * (1 - mu))[:, None]).T @ design
        curve += 1e-12 * (1 + np.trace(curve)) * np.eye(len(at))
        step = np.linalg.solve(curve, gradient)
        share = 1.0
        while (there := loss(at + share * step)) > now and share > 1e-10:
            share /= 2
        if there > now:
            break
        at, moved, now = at + share * step, np.abs(share * step).max(), there
        if moved < 1e-12 * (1 + np.abs(at).max()):
            break
    return at


def _learn_temperature(truth: NDArray[Any], said: Array, counts: NDArray[np.int_]) -> Calibration:
    """The root of the loss's slope, which rises, found by halving: one number needs no more."""
    edge = 1 / (len(truth) + 2)
    x = np.log(np.clip(said, edge, 1.0))
    classes = said.shape[1]
    target = np.repeat(1 / (counts[truth.astype(int)] + classes), classes).reshape(-1, classes)
    target[np.arange(len(truth)), truth.astype(int)] *= counts[truth.astype(int)] + 1

    def rising(power: float) -> bool:
        return bool(((_softmax(power * x) - target) * x).sum() > 0)

    low, high = LEAST_SLOPE, MOST_SLOPE
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if rising(middle) else (middle, high)
    return Calibration("temperature", float(np.sqrt(low * high)), 0.0, edge)


def _learn_isotonic(truth: NDArray[Any], said: Array, counts: NDArray[np.int_]) -> Calibration:
    """scikit-learn's pool of adjacent violators, kept off 0 and 1 as Platt's targets are."""
    from sklearn.isotonic import IsotonicRegression

    knots = []
    for k in _columns(said.shape[1]):
        events = counts[k]
        fitted = IsotonicRegression(
            y_min=1 / (len(truth) - events + 2), y_max=(events + 1) / (events + 2), out_of_bounds="clip"
        ).fit(said[:, k], (truth == k).astype(np.float64))
        knots.append((tuple(fitted.X_thresholds_.tolist()), tuple(fitted.y_thresholds_.tolist())))
    return Calibration("isotonic", edge=0.0, knots=tuple(knots))


def _columns(classes: int) -> list[int]:
    """The classes that have a curve of their own: of two the event alone."""
    return [1] if classes == 2 else list(range(classes))


def _logit(p: Array, edge: float) -> Array:
    p = np.clip(p, edge, 1 - edge)
    return np.asarray(np.log(p / (1 - p)))


def _sigmoid(x: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(x))


def _softmax(x: Array) -> Array:
    raised = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _two(event: Array) -> Array:
    return np.column_stack([1 - event, event])
