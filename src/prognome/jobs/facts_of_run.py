"""What ``run.json`` says of a run, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from prognome.core.cohort import Cohort
from prognome.core.sequence_schema import length_range
from prognome.core.sequences import Sequences
from prognome.core.split import Split
from prognome.core.study import Study
from prognome.core.table import Table
from prognome.jobs import record
from prognome.jobs.assemble import clinical_blocks
from prognome.jobs.incoming import Arrived
from prognome.jobs.judgement import Judgement
from prognome.jobs.load import Loaded
from prognome.jobs.looks import count_look
from prognome.jobs.summary import summarise
from prognome.jobs.survival_views import CENSORED, EVENT
from prognome.jobs.watch import Said
from prognome.validate.candidate import Candidate
from prognome.validate.evaluate import Evaluation


def facts_of_run(
    study: Study,
    loaded: Loaded,
    split: Split,
    candidates: Sequence[Candidate],
    evaluation: Evaluation,
    elsewhere: Mapping[str, Arrived],
    inputs: list[dict[str, Any]],
    started: datetime,
    seconds: float,
) -> dict[str, Any]:
    """Cohort, split, models, best, failures: what ``run.json`` says before anything is judged further.

    Parameters
    ----------
    study
        Resolved.
    loaded, split, candidates, evaluation
        What was read, who judged, and what came of it.
    elsewhere
        Name → external cohort as it arrived.
    inputs
        Every input file with its checksum.
    started, seconds
        When it began and how long it took.
    """
    cohort = loaded.cohort
    assert cohort.target is not None
    looks = None
    if len(split.test):
        looks = count_look(cohort.ids[split.test], cohort.target[split.test], record.study_hash(study))
    return {
        "format": record.RUN_FORMAT,
        "study": study.to_mapping(),
        "study_sha256": record.study_hash(study),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "replay": "prognome run --replay run.json -o AGAIN",
        "versions": record.versions(),
        "machine": record.machine(),
        "inputs": inputs,
        "cohort": {
            "rows": len(cohort),
            "losses": [{"reason": loss.reason, "rows": loss.rows} for loss in loaded.losses],
            "blocks": {name: _block_facts(table) for name, table in cohort.blocks.items()},
            "classes": _classes(cohort),
            "groups": None if cohort.groups is None else len(set(cohort.groups.tolist())),
            "mismatches": len(loaded.mismatches),
            "clinical_blocks": clinical_blocks(study),
        },
        "follow_up": None if cohort.follow_up is None else cohort.follow_up.to_mapping(),
        "split": {
            "scheme": split.scheme,
            "folds": sum(1 for _ in split.folds()),
            "learn_rows": len(split.learn),
            "test_rows": len(split.test),
            "test_looked_at_by_studies": looks,
        },
        "external": {name: _arrival_facts(arrived) for name, arrived in elsewhere.items()},
        "models": [
            {
                "label": one.label,
                "baseline": one.baseline,
                "params": _plain(refitted.chosen.params)
                if (refitted := evaluation.refitted.get(one.label)) and refitted.chosen
                else None,
                "features": [
                    {"name": name, "folds": folds}
                    for name, folds in sorted(
                        evaluation.features.get(one.label, {}).items(), key=lambda item: (-item[1], item[0])
                    )
                ],
                "training_notes": list(evaluation.training_notes.get(one.label, ())),
                "warnings": sorted(
                    {
                        word
                        for words in evaluation.timing.loc[
                            evaluation.timing["model"] == one.label, "warnings"
                        ]
                        for word in str(words).split(", ")
                        if word
                    }
                ),
            }
            for one in candidates
        ],
        "primary": study.primary,
        "best": evaluation.best,
        "picks": [{"repeat": r, "fold": f, "model": m} for (r, f), m in evaluation.picks.items()],
        "failures": dict(evaluation.failures),
        "summary": summarise(evaluation.scores, study.primary, evaluation.best),
        "notes": [*loaded.notes, *_shared_ids(cohort, elsewhere), *_absent_subgroups(study, elsewhere)],
    }


def judgement_facts(judgement: Judgement, told: list[Said]) -> dict[str, Any]:
    """Sentences of the judgement, and what every guard said."""
    return {
        "verdicts": dict(judgement.verdicts),
        "decisions": dict(judgement.decisions),
        "subgroups": dict(judgement.subgroups),
        "stability": {
            "curve": judgement.curve,
            "spread": judgement.spread,
            "left_out": judgement.left_out,
        },
        "added_value": {
            "sentences": dict(judgement.added.sentences),
            "summary": judgement.added.summary,
            "left_out": judgement.added.left_out,
        },
        "guards": [without_nan(asdict(one)) for one in told],
    }


def without_nan(value: Any) -> Any:
    """Plain data as JSON takes it."""
    if isinstance(value, Mapping):
        return {str(key): without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [without_nan(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _absent_subgroups(study: Study, elsewhere: Mapping[str, Arrived]) -> list[str]:
    """Subgroup columns that an external cohort lacks, so that nobody takes silence for a pass."""
    return [
        f"external cohort {name} has no column '{one.column}', so it is not looked at by it"
        for name, other in elsewhere.items()
        for one in study.subgroups
        if one.column not in other.cohort.facts
    ]


def _shared_ids(cohort: Cohort, elsewhere: Mapping[str, Arrived]) -> list[str]:
    """External cohorts whose ids are also ids here: the same people would make them no external cohort."""
    mine = set(cohort.ids.tolist())
    shared = {name: len(mine & set(other.cohort.ids.tolist())) for name, other in elsewhere.items()}
    return [
        f"{count:,} ids of external cohort {name} are also ids of this cohort; if they are the same people, "
        "its scores are not external"
        for name, count in shared.items()
        if count
    ]


def _arrival_facts(arrived: Arrived) -> dict[str, Any]:
    matched = arrived.matched
    return {
        "rows": len(matched.cohort),
        "losses": [{"reason": loss.reason, "rows": loss.rows} for loss in arrived.losses],
        "refused_by_contract": int((matched.refused != "").sum()),
        "out_of_range": int((matched.out_of_range != "").sum()),
        "unseen_category": int((matched.unseen != "").sum()),
        "outside": round(float(matched.outside.mean()), 4),
        "coverage": round(float(matched.coverage.mean()), 4),
    }


def _classes(cohort: Cohort) -> list[dict[str, Any]]:
    """Labels with their rows; of survival rows that were censored, and with the event."""
    assert cohort.target is not None
    if cohort.follow_up is not None:
        events = int(cohort.target[:, 1].sum())
        return [{"label": CENSORED, "rows": len(cohort) - events}, {"label": EVENT, "rows": events}]
    return [
        {"label": label, "rows": int((cohort.target == code).sum())}
        for code, label in enumerate(cohort.classes)
    ]


def _block_facts(table: Table) -> dict[str, Any]:
    frame = table.frame
    numbers = frame.select_dtypes("number").shape[1]
    missing = float(frame.isna().to_numpy().mean()) if frame.size else 0.0
    texts = frame.shape[1] - numbers
    facts: dict[str, Any] = {
        "columns": frame.shape[1],
        "numbers": numbers,
        "categories": 0 if isinstance(table, Sequences) else texts,
        "missing": round(missing, 4),
    }
    if isinstance(table, Sequences):
        facts["sequences"] = {
            "columns": texts,
            "alphabet": table.alphabet,
            "stranded": table.stranded,
            "lengths": length_range([text for column in table.names for text in frame[column]]),
        }
    return facts


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in params.items()}
