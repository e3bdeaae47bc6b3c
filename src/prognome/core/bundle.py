"""What reaches the bedside: fitted pipeline, schema and provenance in a checksummed folder without pickle."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.files import sha256, write_tsv
from prognome.core.rule import Answer, Rule
from prognome.core.say import say
from prognome.core.schema import Matched, Schema, list_names
from prognome.core.table import Table
from prognome.core.trusted import TRUSTED
from prognome.errors import BundleError, CallError, WorkError

FORMAT = 1
_FILES = ("pipeline.skops", "rule.json", "schema.json", "about.json", "probes.tsv")
_PROBES = 8


@dataclass(frozen=True, eq=False)
class Bundle:
    """A model that can answer for new rows, and knows for which it must not.

    Parameters
    ----------
    pipeline
        Fitted; takes a cohort in the schema's form.
    schema
        The contract.
    rule
        How what the pipeline says becomes a calibrated answer, a decision and a prediction set or interval.
    kind, classes
        Of the target; classes by code, for a binary target the event last.
    about
        Plain data: the study's name and question, the model, its scores, versions, seeds, rows learned from.
    holds_training_rows
        Whether the pipeline keeps rows it learned from (support vectors, neighbours), so that sharing the
        bundle shares patients.
    """

    pipeline: Any
    schema: Schema
    rule: Rule
    kind: str
    classes: tuple[str, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    holds_training_rows: bool = False

    def predict(self, ids: NDArray[np.object_], tables: Mapping[str, Table | None]) -> pd.DataFrame:
        """Answer for new rows.

        Parameters
        ----------
        ids
            (n,) row ids.
        tables
            Block → table of those rows in that order, columns under the schema's names.

        Returns
        -------
        ``row status coverage decision decision_chosen p_CLASS… set_CLASS…`` (``decision_chosen`` where a
        threshold was chosen), ``row status coverage prediction low high``, or
        ``row status coverage risk survival_TIME…`` (the share free of the event at each horizon), then
        ``out_of_range unseen_category missing_columns reason``. ``status`` is ``ok``, ``flagged`` (an answer
        with a caveat) or ``refused`` (no answer, with the reason).
        """
        return self.answer(self.schema.match(ids, tables))

    def answer(self, matched: Matched) -> pd.DataFrame:
        """As :meth:`predict`, for rows that were brought into the schema's form already."""
        return self._table(matched, self._say(matched))

    def _say(self, matched: Matched) -> NDArray[np.float64]:
        return say(self.pipeline, matched.cohort, len(self.classes), self.rule.follow_up)

    def _table(self, matched: Matched, said: NDArray[np.float64]) -> pd.DataFrame:
        refused = matched.refused != ""
        caveat = (matched.out_of_range != "") | (matched.unseen != "") | bool(matched.absent)
        table = pd.DataFrame(
            {
                "row": matched.cohort.ids,
                "status": np.where(refused, "refused", np.where(caveat, "flagged", "ok")),
                "coverage": matched.coverage.round(4),
            }
        )
        answer = self.rule.answer(said)
        if self.kind == "number":
            table["prediction"] = np.where(refused, np.nan, answer.score)
            if answer.within is not None:
                table["low"] = np.where(refused, np.nan, answer.within[:, 0])
                table["high"] = np.where(refused, np.nan, answer.within[:, 1])
        elif self.rule.follow_up is not None:
            table["risk"] = np.where(refused, np.nan, answer.score[:, 0])
            for horizon, k in zip(self.rule.follow_up.horizons, self.rule.follow_up.columns, strict=True):
                table[f"survival_{horizon:g}"] = np.where(refused, np.nan, answer.score[:, 1 + k])
        else:
            self._decide(table, answer, refused)
        table["out_of_range"] = matched.out_of_range
        table["unseen_category"] = matched.unseen
        table["missing_columns"] = list_names(matched.absent)
        table["reason"] = matched.refused
        return table

    def _decide(self, table: pd.DataFrame, answer: Answer, refused: NDArray[np.bool_]) -> None:
        labels = np.array(self.classes, dtype=object)
        for name, codes in (("decision", answer.decision), ("decision_chosen", answer.decision_chosen)):
            if codes is not None:
                table[name] = np.where(refused, "", labels[codes])
        for code, label in enumerate(self.classes):
            table[f"p_{label}"] = np.where(refused, np.nan, answer.score[:, code])
        if answer.within is not None:
            for code, label in enumerate(self.classes):
                inside = pd.array(answer.within[:, code].astype(int), dtype="Int64")
                inside[refused] = pd.NA
                table[f"set_{label}"] = inside

    def save(self, folder: Path) -> str:
        """Write the bundle into an existing empty folder; return its checksum.

        Raises
        ------
        BundleError
            If the pipeline holds a type that no bundle may hold.
        """
        from skops import io

        data = io.dumps(self.pipeline, compression=zipfile.ZIP_DEFLATED, compresslevel=6)
        strange = sorted(set(io.get_untrusted_types(data=data)) - TRUSTED)
        about = {
            **self.about,
            "kind": self.kind,
            "classes": list(self.classes),
            "holds_training_rows": self.holds_training_rows,
            "types_beyond_the_trusted": strange,
        }
        (folder / "pipeline.skops").write_bytes(data)
        _write_json(folder / "rule.json", self.rule.to_mapping())
        _write_json(folder / "schema.json", self.schema.to_mapping())
        _write_json(folder / "about.json", about)
        probes = self._probe()
        write_tsv(probes, folder / "probes.tsv")
        manifest = {"format": FORMAT, "files": {name: sha256(folder / name) for name in _FILES}}
        _write_json(folder / "manifest.json", manifest)
        return sha256(folder / "manifest.json")

    def _probe(self) -> pd.DataFrame:
        """Answers on made-up rows, before any refusal."""
        tables = self.schema.probes(_PROBES, seed=0)
        ids = next(iter(tables.values())).ids
        said = self.rule.answer(self._say(self.schema.match(ids, tables))).score.reshape(len(ids), -1)
        return pd.DataFrame({"row": ids, **{f"answer_{k}": said[:, k] for k in range(said.shape[1])}})

    @classmethod
    def load(cls, folder: Path, *, trust: Sequence[str] = ()) -> Bundle:
        """Read a bundle, after checking every file and its answers on the probe rows.

        Parameters
        ----------
        folder
            Where it stands.
        trust
            Full names of types that the caller trusts beyond the list in our code.

        Raises
        ------
        BundleError
            If it is not a bundle, newer, tampered with, holds a type that is not trusted, or answers
            otherwise than when it was made.
        """
        folder = Path(folder)
        manifest = _manifest(folder)
        for name in _FILES:
            if not (folder / name).is_file() or sha256(folder / name) != manifest["files"].get(name):
                raise BundleError(
                    str(folder / name),
                    "is missing or was changed since the bundle was made",
                    mend="Take a fresh copy from whoever made it; do not use this one.",
                )
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            schema = Schema.from_mapping(json.loads((folder / "schema.json").read_text(encoding="utf-8")))
            rule = Rule.from_mapping(json.loads((folder / "rule.json").read_text(encoding="utf-8")))
            said = about["kind"], tuple(about["classes"]), about, bool(about["holds_training_rows"])
            expected = pd.read_csv(folder / "probes.tsv", sep="\t")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(
                str(folder),
                "has a part that does not say what a bundle must say",
                mend="Take a fresh copy from whoever made it; do not use this one.",
            ) from error
        bundle = cls(_load_pipeline(folder / "pipeline.skops", trust), schema, rule, *said)
        try:
            seen = bundle._probe()
        except CallError:
            raise
        except Exception as error:
            raise BundleError(
                str(folder), "cannot answer on its probe rows", mend=_VERSIONS.format(_made_with(about))
            ) from error
        answers = [column for column in map(str, expected) if column.startswith("answer_")]
        if not np.allclose(seen[answers], expected[answers], rtol=1e-6, atol=1e-8):
            raise BundleError(
                str(folder),
                "answers otherwise on its probe rows than when it was made",
                mend=_VERSIONS.format(_made_with(about)),
            )
        return bundle


_VERSIONS = "Install the versions it was made with: {}."


def _made_with(about: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in about.get("versions", {}).items())


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        made = int(manifest["format"])
        dict(manifest["files"])
    except FileNotFoundError as error:
        raise BundleError(
            str(folder),
            "is not a bundle: it has no manifest.json",
            mend="Give the folder OUT/bundle of a run.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(str(path), "cannot be read as a bundle's manifest") from error
    if made > FORMAT:
        raise BundleError(
            str(folder),
            "was made by a newer prognome",
            seen=f"format {made}",
            expected=f"at most {FORMAT}",
            mend="Update prognome: pip install --upgrade prognome.",
        )
    return manifest


def _load_pipeline(path: Path, trust: Sequence[str]) -> Any:
    from skops import io

    try:
        strange = sorted(set(io.get_untrusted_types(file=path)) - TRUSTED - set(trust))
    except Exception as error:  # skops raises what a broken archive makes it raise
        raise BundleError(str(path), "is not a readable skops file") from error
    if strange:
        raise BundleError(
            str(path),
            "holds types that are not trusted",
            seen=", ".join(strange),
            mend="If you know who made it and what they are: prognome predict --trust TYPE.",
        )
    try:
        return io.load(path, trusted=sorted(TRUSTED | set(trust)))
    except ModuleNotFoundError as error:
        raise BundleError(
            str(path),
            f"needs the package '{error.name}', which is not installed",
            mend="A model with a network in it needs: pip install 'prognome[deep]'.",
        ) from error
    except Exception as error:
        raise BundleError(str(path), f"cannot be loaded; {type(error).__name__}") from error


def _write_json(path: Path, data: Any) -> None:
    try:
        text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise WorkError(path.name, "holds a number that JSON cannot write") from error
    path.write_text(text + "\n", encoding="utf-8")
