"""From what a model says to what is told: a mended probability, a decision, a set or an interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prognome.core.calibrate import Calibration, learn_calibration
from prognome.core.calibrate_survival import learn_survival_calibration
from prognome.core.conformal import Conformal, learn_conformal
from prognome.core.follow_up import FollowUp
from prognome.core.judged import Judged, decide
from prognome.core.study_judge import Judge
from prognome.core.threshold import choose_threshold

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answer:
    """What is told about some rows.

    Parameters
    ----------
    score
        (n, K) probabilities after recalibration, or (n,) predicted numbers; of survival (n, 1 + T) risk, and
        the share free of the event at each time.
    decision
        (n,) class codes at the fixed threshold: the event above .5, or the most probable; None for numbers
        and survival.
    decision_chosen
        (n,) class codes at the chosen threshold; None where none was chosen.
    within
        (n, K) whether each class stands in the prediction set, or (n, 2) ends of the prediction interval;
        None where there were too few rows to learn it from.
    """

    score: Array
    decision: NDArray[np.int_] | None
    decision_chosen: NDArray[np.int_] | None
    within: NDArray[Any] | None


@dataclass(frozen=True)
class Rule:
    """Recalibration, threshold, sets or intervals of one fitted model, as plain numbers.

    Parameters
    ----------
    kind
        Of the target: ``binary``, ``multiclass``, ``number``, ``survival``.
    calibration
        Of the probabilities.
    cut
        Chosen threshold on the probability after recalibration; None where there is none.
    conformal
        Of prediction sets or intervals; None where there are none.
    follow_up
        The times of survival; None for classes and numbers.
    """

    kind: str
    calibration: Calibration = field(default_factory=Calibration)
    cut: float | None = None
    conformal: Conformal | None = None
    follow_up: FollowUp | None = None

    @classmethod
    def nothing(cls, kind: str, follow_up: FollowUp | None = None) -> Rule:
        """What the model says is what is told."""
        return cls(kind, follow_up=follow_up)

    @classmethod
    def learn(
        cls,
        truth: NDArray[Any],
        said: Array,
        *,
        kind: str,
        judge: Judge,
        groups: NDArray[Any] | None = None,
        follow_up: FollowUp | None = None,
    ) -> Rule:
        """Learn a rule for the model that will be refitted on all training rows.

        **Learns** all of it from the training rows, by what models of inner folds said about rows they had
        not learned from. The threshold and the sets are learned on the probabilities after recalibration,
        since that is what they will meet.

        Parameters
        ----------
        truth
            (n,) class codes, or numbers.
        said
            (n, K) probabilities or (n,) numbers: what was said out of fold.
        kind
            Of the target.
        judge
            How to recalibrate, which threshold, which coverage.
        groups
            (n,) labels of rows that belong together, or None.
        follow_up
            The times of survival.
        """
        if follow_up is not None:
            return cls(
                kind,
                learn_survival_calibration(truth, said, follow_up, judge.calibrate),
                follow_up=follow_up,
            )
        if kind == "number":
            return cls(kind, conformal=learn_conformal(truth, said, judge.coverage, groups))
        calibration = learn_calibration(truth, said, judge.calibrate)
        score = calibration.apply(said)
        cut = choose_threshold(truth, score[:, 1], judge.threshold) if kind == "binary" else None
        return cls(kind, calibration, cut, learn_conformal(truth, score, judge.coverage, groups))

    def judged(self, truth: NDArray[Any], said: Array) -> Judged:
        """What is told beside the truth; decided at the fixed threshold, ``.at(rule.cut)`` for the chosen."""
        answer = self.answer(said)
        mended = self.calibration.kind != "none"
        return Judged(
            truth,
            answer.score,
            raw=said if mended else None,
            within=answer.within,
            follow_up=self.follow_up,
        )

    def answer(self, said: Array) -> Answer:
        """What is told of what the model says: (n, K) probabilities or (n,) numbers."""
        score = said if self.kind == "number" else self.calibration.apply(said)
        within = None if self.conformal is None else self.conformal.within(score)
        if self.kind in ("number", "survival"):
            return Answer(score, None, None, within)
        chosen = None if self.cut is None else decide(score, self.cut)
        return Answer(score, decide(score), chosen, within)

    def to_mapping(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        return {
            "kind": self.kind,
            "calibration": self.calibration.to_mapping(),
            "cut": self.cut,
            "conformal": None if self.conformal is None else self.conformal.to_mapping(),
            "follow_up": None if self.follow_up is None else self.follow_up.to_mapping(),
        }

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Rule:
        """What :meth:`to_mapping` wrote."""
        conformal, follow_up = data["conformal"], data.get("follow_up")
        return cls(
            str(data["kind"]),
            Calibration.from_mapping(data["calibration"]),
            None if data["cut"] is None else float(data["cut"]),
            None if conformal is None else Conformal.from_mapping(conformal),
            None if follow_up is None else FollowUp.from_mapping(follow_up),
        )
