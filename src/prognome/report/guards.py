"""Every guard that was asked, and what it said."""

from __future__ import annotations

from dataclasses import dataclass

from prognome.page.html import Markup, element, join, text
from prognome.page.numbers import count
from prognome.page.table import Column, table
from prognome.report.drawing import slug
from prognome.report.folder import Run
from prognome.report.words import listed, sentence

TITLES = {
    "repeated_rows": "The same row twice",
    "repeated_people": "Several rows of one person",
    "related_people": "Relatives",
    "shared_sequences": "Overlapping sequences",
    "undeclared_groups": "Groups that were not declared",
    "encoder_shown": "An encoder that knows these rows",
    "giveaway": "A column that gives the target away",
    "outcome_name": "A feature called like an outcome",
    "origin_predicts": "Origin predicts the target",
    "batch_is_class": "Batch and class are mixed up",
    "missingness_predicts": "Missing values predict the target",
    "label_trained_scores": "Scores trained on such labels",
    "one_class_one_file": "A class that lives in one file",
    "shifted": "Shifted data",
    "absent_columns": "Columns that are missing",
    "class_balance": "Another mix of outcomes",
    "shuffled_labels": "Shuffled labels",
    "planted_noise": "Planted noise",
}
_STAGES = {
    "before_split": "Before the split: ids, features and facts alone",
    "training_rows": "After the split: training rows alone",
    "on_request": "On request",
}
_STATUS = {
    "alarm": "alarm",
    "accepted": "accepted",
    "silent": "silent",
    "not_applicable": "not applicable",
}
_ORDER = ("alarm", "accepted", "silent", "not_applicable")


@dataclass(frozen=True)
class Said:
    """One line of ``guards.tsv``."""

    guard: str
    stage: str
    where: str
    status: str
    what: str
    remedy: str
    reason: str

    @property
    def title(self) -> str:
        """The guard as people call it."""
        return TITLES.get(self.guard) or sentence(self.guard.replace("_", " "))


def said(run: Run) -> list[Said]:
    """What the guards said, in the order of the file."""
    columns = ("guard", "stage", "where", "status", "what", "remedy", "reason")
    return [Said(*(str(getattr(row, name)) for name in columns)) for row in run.guards.itertuples()]


def guards_section(run: Run) -> Markup | None:
    """Every guard by the stage at which it was asked; None where none was."""
    told = said(run)
    if not told:
        return None
    return element(
        "section",
        element("h2", "Guards"),
        element("p", _counts(told)),
        [_stage(stage, [one for one in told if one.stage == stage]) for stage in _stages(told)],
        element(
            "p",
            "A silent guard was asked and found nothing of its kind; that is no proof that there is nothing.",
            class_="note",
        ),
        id="guards",
    )


def _counts(told: list[Said]) -> str:
    found = []
    for status in _ORDER:
        number = len({(one.guard, one.stage) for one in told if one.status == status})
        if number:
            found.append(f"{count(number)} {_STATUS[status]}")
    return f"Guards look for reasons why figures may not hold up: {listed(found)}."


def _stages(told: list[Said]) -> list[str]:
    order = ["before_split", "training_rows"]
    found = list(dict.fromkeys(one.stage for one in told))
    return sorted(found, key=lambda one: order.index(one) if one in order else 2 + (one == "on_request"))


def _stage(stage: str, told: list[Said]) -> Markup:
    title = _STAGES.get(stage) or f"External cohort “{stage.removeprefix('external:')}”"
    spoke = sorted(
        (one for one in told if one.status != "silent"),
        key=lambda one: _ORDER.index(one.status) if one.status in _ORDER else len(_ORDER),
    )
    silent = [one.title for one in told if one.status == "silent"]
    rows = [[one.title, _status(one), _words(one)] for one in spoke]
    classes = ["quiet" if one.status == "not_applicable" else "" for one in spoke]
    columns = [Column("Guard"), Column("Says"), Column("What and why")]
    return join(
        [
            element("h3", title),
            table(f"Guards: {title}", columns, rows, name=f"guards_{slug(stage)}", row_classes=classes)
            if rows
            else None,
            element("p", element("strong", "Silent"), f": {'; '.join(silent)}.") if silent else None,
        ]
    )


def _status(one: Said) -> Markup:
    kind = {"alarm": "tag alarm", "accepted": "tag"}.get(one.status)
    return element("span", _STATUS.get(one.status, one.status), class_=kind or "soft")


def _words(one: Said) -> Markup:
    reason = (
        f"Accepted, since: {one.reason.rstrip('.')}." if one.status == "accepted" and one.reason else None
    )
    where = f"{one.where}: " if one.where and one.status in ("alarm", "accepted") else ""
    pieces: list[object] = [f"{where}{one.what}" if one.what else None, one.remedy or None, reason]
    if one.status == "not_applicable" and not one.what:
        pieces = [one.reason or None]
    known = [piece for piece in pieces if piece is not None]
    return join([text(piece) for piece in known], " ") if known else element("span", "–", class_="soft")
