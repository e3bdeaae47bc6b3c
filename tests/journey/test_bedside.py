"""From a table to an answer at the bedside, by the command line alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import prognome
from prognome.core.bundle import Bundle
from prognome.errors import StudyError
from tests.journey.desk import Desk, read

COMMANDS = ("demo", "init", "doctor", "run", "pretrain", "predict", "list")
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def test_from_a_table_to_an_answer(desk: Desk) -> None:
    study = desk.folder / "first.yaml"
    said = desk.call("init", desk.table, "--target", "ill", "-o", study)
    assert said.status == 0
    assert said.err.splitlines()[:3] == [
        "rows: ids from column 'id'",
        "target: 'ill' has 2 different values, so its kind is taken to be binary",
        "target: the event is taken to be '1'",
    ]
    said = desk.call("doctor", study)
    assert said.status == 0
    assert "fault" not in said.out
    assert "ill is binary (the event is '1'), judged by auc_roc" in said.out
    assert "0 65, 1 55" in said.out
    changes = ["judge.bootstrap=100", "models=[logistic]", "split.outer.folds=3"]
    said = desk.call(
        "run", study, "-o", desk.out, "--workers", 1, *[word for one in changes for word in ("--set", one)]
    )
    assert said.status == 0
    first, *guards = said.err.splitlines()
    assert first == "patients: ill is binary, the event is '1'; judged by auc_roc"
    assert [line.partition(":")[0] for line in guards] == ["guard undeclared_groups (column family)"]
    assert said.out.splitlines()[-1] == f"report: {desk.out / 'report.html'}"
    assert set(read(desk.out / "split.tsv")["fold"]) == {"1", "2", "3"}
    answers = desk.folder / "answers.tsv"
    said = desk.call("predict", desk.out / "bundle", desk.table, "-o", answers)
    assert said.status == 0
    assert said.err == f"120 rows: 120 answered, 0 answered with a caveat, 0 refused; wrote {answers}\n"
    assert read(answers)["row"].tolist() == desk.frame["id"].tolist()


# The numbers -------------------------------------------------------------------------------------------


def answers_of(desk: Desk, bundle: Path, frame: pd.DataFrame) -> list[str]:
    """Lines of the answers for new rows."""
    said = desk.call("predict", bundle, desk.put(frame, "new.tsv"))
    assert said.status == 0, said.err
    return said.out.splitlines()


def test_bundle_answers_as_scikit_learn_does(finished: Desk, desk: Desk) -> None:
    """The same preparation and model, written down in scikit-learn and fitted on the same 120 rows.

    Eight features come out of the preparation, so the penalty ``C: auto``, min(1, 10 / 8), is 1.
    """
    genes = [f"g{k}" for k in range(1, 7)]
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    classes = make_pipeline(OneHotEncoder(drop="if_binary", sparse_output=False), StandardScaler())
    theirs = make_pipeline(
        make_column_transformer((numbers, ["age", *genes]), (classes, ["sex"])),
        LogisticRegression(max_iter=1000),
    ).fit(desk.frame, desk.frame["ill"])
    bundle = Bundle.load(finished.out / "bundle")
    wanted = bundle.rule.answer(theirs.predict_proba(desk.frame)).score
    lines = answers_of(desk, finished.out / "bundle", desk.frame)
    at = [lines[0].split("\t").index(name) for name in ("p_0", "p_1")]
    ours = np.array([[float(line.split("\t")[k]) for k in at] for line in lines[1:]])
    np.testing.assert_allclose(ours, wanted, rtol=1e-4, atol=1e-5)


def test_one_row_alone_gets_what_it_gets_in_a_crowd(finished: Desk, desk: Desk) -> None:
    """A plain row, one with a gap, one out of range, one with a new category, one that brings too little."""
    bundle = finished.out / "bundle"
    frame = desk.frame
    gap = int(np.flatnonzero(frame["g2"].isna())[0])
    frame.loc[3, "age"] = 400
    frame.loc[4, "sex"] = "other"
    frame.loc[5, ["age", "g1", "g2", "g3", "g4"]] = np.nan
    crowd = answers_of(desk, bundle, frame)
    status = [line.split("\t")[1] for line in crowd[1:]]
    assert status[3:6] == ["flagged", "flagged", "refused"]
    for row in (0, gap, 3, 4, 5):
        alone = answers_of(desk, bundle, frame.iloc[[row]])
        names = alone[0].split("\t")
        mine = dict(zip(names, alone[1].split("\t"), strict=True))
        theirs = dict(zip(names, crowd[row + 1].split("\t"), strict=True))
        numbers = {"p_0", "p_1"}
        assert {k: v for k, v in mine.items() if k not in numbers} == {
            k: v for k, v in theirs.items() if k not in numbers
        }
        if theirs["status"] == "refused":
            assert {mine[name] for name in ("decision", "decision_chosen", "p_0", "p_1", "set_0")} == {""}
        else:  # to the last digits but those in which a product of matrices differs from one of vectors
            for name in numbers:
                np.testing.assert_allclose(float(mine[name]), float(theirs[name]), rtol=1e-13)
    assert "clinical.age" in crowd[4]
    assert "clinical.sex" in crowd[5]
    assert "brings 38% of the features, 50% are needed" in crowd[6]


def test_blocks_from_files_in_another_order_get_the_same_answers(finished: Desk, desk: Desk) -> None:
    bundle = finished.out / "bundle"
    expected = answers_of(desk, bundle, desk.frame)
    clinical = desk.put(desk.frame[["id", "sex", "age"]], "clinical.tsv")
    genes = desk.put(desk.frame.drop(columns=["sex", "age"]).iloc[::-1], "genes.tsv")
    said = desk.call("predict", bundle, "--block", f"clinical={clinical}", "--block", f"genes={genes}")
    assert said.out.splitlines() == expected


def test_replay_gives_the_same_bytes(finished: Desk, desk: Desk) -> None:
    said = desk.call("run", "--replay", finished.out / "run.json", "-o", desk.out, "--workers", 1, "-q")
    assert (said.status, said.err) == (0, "")
    assert "logistic (best)" in said.out
    for name in ("scores.tsv", "predictions.tsv", "split.tsv", "study.yaml"):
        assert (desk.out / name).read_bytes() == (finished.out / name).read_bytes()


def test_replay_refuses_what_is_no_longer_the_same(desk: Desk, finished: Desk) -> None:
    record = json.loads((finished.out / "run.json").read_text())
    desk.put(desk.frame.iloc[::-1])
    for one in record["inputs"]:
        one["path"] = str(desk.table)
    path = desk.folder / "run.json"
    path.write_text(json.dumps(record))
    text = desk.refused("run", "--replay", path, "-o", desk.out)
    assert f"{desk.table}: has changed since that run" in text
    desk.table.unlink()
    assert f"{desk.table}: is gone since that run" in desk.refused("run", "--replay", path, "-o", desk.out)
    path.write_text("[]")
    assert f"{path}: is not the run.json of a run" in desk.refused("run", "--replay", path, "-o", desk.out)
    text = desk.refused("run", "--replay", finished.out / "run.json", "-o", desk.out, "--set", "seed=1")
    assert "takes no --set" in text


def test_numbers_do_not_depend_on_workers(desk: Desk) -> None:
    """With a forest, whose random choices would show it."""
    study = desk.ask(models=[{"random_forest": {"n_estimators": 5}}], split={"outer": {"folds": 2}})
    for workers in (1, 2):
        said = desk.call("run", study, "-o", desk.folder / f"out{workers}", "--workers", workers)
        assert said.status == 0, said.err
    for name in ("scores.tsv", "predictions.tsv"):
        assert (desk.folder / "out1" / name).read_bytes() == (desk.folder / "out2" / name).read_bytes()


def test_study_that_prognome_wrote_runs_again(finished: Desk, desk: Desk) -> None:
    study = Path(shutil.copy(finished.out / "study.yaml", desk.folder))
    said = desk.call("run", study, "-o", desk.out, "--workers", 1)
    assert said.status == 0, said.err
    for name in ("scores.tsv", "predictions.tsv", "study.yaml"):
        assert (desk.out / name).read_bytes() == (finished.out / name).read_bytes()


def test_python_gives_what_the_command_line_gives(finished: Desk) -> None:
    result = prognome.run(prognome.Study.from_file(finished.folder / "study.yaml"), workers=1)
    assert result.best == "logistic"
    written = pd.read_csv(finished.out / "scores.tsv", sep="\t")
    np.testing.assert_allclose(result.scores["value"], written["value"], rtol=1e-12)
    assert result.out is None


# The run folder ----------------------------------------------------------------------------------------


def test_run_folder_holds_what_the_architecture_says(finished: Desk) -> None:
    """gaps.tsv is there where there are subgroups, marker_pairs.tsv where a forest is best."""
    assert {path.name for path in finished.out.iterdir()} == {
        "study.yaml", "split.tsv", "predictions.tsv", "scores.tsv", "timing.tsv", "mismatches.tsv",
        "comparisons.tsv", "decision_curve.tsv", "stability.tsv", "guards.tsv", "blocks.tsv",
        "markers.tsv", "marker_spread.tsv", "marker_shapes.tsv", "marker_agreement.tsv", "panel.tsv",
        "panel_markers.tsv",
        "figures", "tables", "cards", "table1.tsv", "report.html", "run.json", "bundle",
    }  # fmt: skip
    columns = {
        "split.tsv": "row part repeat fold group",
        "predictions.tsv": "row model part repeat fold truth decision decision_chosen "
        "p_0 p_1 s_0 s_1 set_0 set_1",
        "comparisons.tsv": "a b part metric difference low high test p p_holm verdict",
        "guards.tsv": "guard stage where status what remedy reason",
        "scores.tsv": "model part repeat fold subgroup level metric threshold value low high method n events",
        "mismatches.tsv": "row file problem",
    }
    for name, names in columns.items():
        assert [*read(finished.out / name).columns] == names.split()
    assert [path.suffix for path in (finished.out / "figures").iterdir()] != []
    assert {path.suffix for path in (finished.out / "figures").iterdir()} == {".svg"}
    assert (finished.out / "mismatches.tsv").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in (finished.out / "bundle").iterdir()} == {
        "pipeline.skops", "rule.json", "schema.json", "about.json", "probes.tsv", "manifest.json",
    }  # fmt: skip
    record = json.loads((finished.out / "run.json").read_text())
    assert {"format", "study", "inputs", "versions", "replay"} <= {*record}
    predictions = read(finished.out / "predictions.tsv")
    assert set(predictions["part"]) == {"cv"}
    assert (predictions.groupby("model")["row"].apply(set) == set(finished.frame["id"])).all()


def test_run_folder_of_a_number(desk: Desk) -> None:
    desk.ask(target={"path": "patients.tsv", "column": "dose", "kind": "number"}, models=["ridge"])
    desk.run()
    names = ["row", "model", "part", "repeat", "fold", "truth", "prediction", "low", "high"]
    assert [*read(desk.out / "predictions.tsv").columns] == names
    said = desk.call("predict", desk.out / "bundle", desk.table, "--json")
    assert {type(row["prediction"]) for row in json.loads(said.out)} == {float}


def test_test_part_and_external_cohort_are_parts_of_their_own(desk: Desk) -> None:
    frame = desk.frame.assign(split=np.where(desk.frame.index % 4 == 0, "test", "train"))
    desk.put(frame)
    desk.put(frame.assign(id="N" + frame["id"]), "north.tsv")
    north = {"name": "north", "target": {"path": "north.tsv"}}
    north["blocks"] = {block: {"path": "north.tsv"} for block in ("clinical", "genes")}
    desk.ask(split={"outer": {"folds": 3}, "test": {"column": "split", "value": "test"}}, external=[north])
    assert desk.call("doctor", desk.folder / "study.yaml").status == 0
    desk.run()
    parts = read(desk.out / "predictions.tsv").groupby("part")["row"].nunique()
    assert parts.to_dict() == {"cv": 90, "test": 30, "external:north": 120}
    split = read(desk.out / "split.tsv")
    assert split.groupby("part")["row"].count().to_dict() == {"cv": 90, "test": 30}
    scores = read(desk.out / "scores.tsv")
    assert set(scores.loc[scores["part"] == "test", "fold"]) == {""}


# What is said ------------------------------------------------------------------------------------------


def test_json_is_json_and_nothing_else_stands_on_stdout(finished: Desk, desk: Desk) -> None:
    study = desk.ask()
    checks = json.loads(desk.call("doctor", study, "--json").out)
    notes = {check["what"] for check in checks if check["state"] != "ok"}
    assert notes == {"guard undeclared_groups"}
    record = json.loads(desk.call("run", study, "-o", desk.out, "--workers", 1, "--json").out)
    assert record["out"] == str(desk.out)
    assert record["best"] == "logistic"
    bundle = finished.out / "bundle"
    rows = json.loads(desk.call("predict", bundle, desk.table, "--json").out)
    assert [row["row"] for row in rows] == desk.frame["id"].tolist()
    count = json.loads(desk.call("predict", bundle, desk.table, "--json", "-o", desk.folder / "a.tsv").out)
    assert count.pop("out") == str(desk.folder / "a.tsv")
    assert count == {"rows": 120, "ok": 120, "flagged": 0, "refused": 0, "unasked": {}, "shift": ""}
    menus = json.loads(desk.call("list", "--json").out)
    assert set(menus) == {"models", "steps", "metrics", "readers", "guards"}


def test_quiet_says_only_results_and_errors(finished: Desk, desk: Desk) -> None:
    said = desk.call("predict", finished.out / "bundle", desk.table, "-o", desk.folder / "a.tsv", "-q")
    assert said.out + said.err == ""
    assert "error: " in desk.refused("doctor", desk.folder / "none.yaml", "-q")


def test_debug_lets_the_error_through_with_its_traceback(desk: Desk) -> None:
    with pytest.raises(StudyError, match="there is no such file"):
        desk.call("doctor", desk.folder / "none.yaml", "--debug")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(desk: Desk, command: str) -> None:
    said = desk.call(command, "--help")
    assert said.status == 0
    assert "Examples" in said.out
    assert f"prognome {command}" in said.out.split("Examples")[1]


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "prognome", "--help"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in loaded
    assert not loaded & {"torch", "sklearn", "pandas", "numpy", "polars", "scipy"}
    assert all(command in done.stdout for command in COMMANDS)


def test_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prognome", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"prognome {prognome.__version__}\n"


@pytest.mark.parametrize(
    ("menu", "names"),
    [
        ("models", {"dummy", "logistic", "ridge", "svm", "random_forest", "xgboost", "stack"}),
        ("steps", {"impute.median", "scale.zscore", "encode.onehot", "select.anova", "reduce.pca"}),
        ("metrics", {"auc_roc", "mae", "accuracy"}),
        ("readers", {"table", "vcf"}),
    ],
)
def test_list_shows_the_menus(desk: Desk, menu: str, names: set[str]) -> None:
    said = desk.call("list", menu)
    assert said.status == 0
    assert names <= {line.split()[0] for line in said.out.splitlines()}


def test_demo_writes_a_study_that_the_doctor_finds_sound(desk: Desk) -> None:
    said = desk.call("demo", "-o", desk.folder / "demo", "--people", 120, "--no-run")
    assert said.status == 0, said.err
    assert "simulated" in said.err
    said = desk.call("doctor", desk.folder / "demo" / "study.yaml")
    assert said.status == 0, said.out


# The published schema ----------------------------------------------------------------------------------

KNOWN = {
    "$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "default", "description", "enum",
    "exclusiveMaximum", "exclusiveMinimum", "items", "maxProperties", "maximum", "minItems", "minLength",
    "minProperties", "minimum", "properties", "propertyNames", "required", "title", "type",
}  # fmt: skip
TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
    "integer": int, "number": (int, float),
}  # fmt: skip


def valid(value: Any, schema: Any, defs: Any) -> bool:
    """Whether a value obeys a JSON schema of the few words that ours uses; an unknown word is an error."""
    if isinstance(schema, bool):
        return schema
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema and not valid(value, defs[schema["$ref"].rsplit("/", 1)[-1]], defs):
        return False
    if "anyOf" in schema and not any(valid(value, one, defs) for one in schema["anyOf"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(
        isinstance(value, TYPES[one]) and (one == "boolean" or not isinstance(value, bool)) for one in types
    ):
        return False
    if isinstance(value, dict):
        named = schema.get("properties", {})
        other = schema.get("additionalProperties", True)
        return (
            all(name in value for name in schema.get("required", []))
            and schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value))
            and all(valid(key, schema.get("propertyNames", True), defs) for key in value)
            and all(valid(one, named.get(key, other), defs) for key, one in value.items())
        )
    if isinstance(value, list):
        items = schema.get("items", True)
        return len(value) >= schema.get("minItems", 0) and all(valid(one, items, defs) for one in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value) and schema.get(
            "exclusiveMinimum", value - 1
        ) < value < schema.get("exclusiveMaximum", value + 1)
    return not isinstance(value, str) or len(value) >= schema.get("minLength", 0)


def test_published_schema_takes_every_example_and_what_prognome_writes(finished: Desk, desk: Desk) -> None:
    schema = json.loads(desk.call("list", "--schema").out)
    assert EXAMPLES
    for path in [*EXAMPLES, finished.folder / "study.yaml", finished.out / "study.yaml"]:
        assert valid(yaml.safe_load(path.read_text()), schema, schema["$defs"]), path


@pytest.mark.parametrize(
    "change",
    [
        {"splt": {}},
        {"models": ["logstic"]},
        {"models": [{"logstic": {}}]},
        {"prepare": {"genes": ["scale.zscor"]}},
        {"split": {"outer": {"fold": 3}}},
        {"split": {"outer": {"folds": "many"}}},
        {"split": {"outer": {"folds": 1}}},
        {"target": {"column": "ill"}},
        {"target": {"column": "ill", "kind": "dose"}},
        {"blocks": {}},
        {"blocks": {"genes": {"read": "tabel", "path": "patients.tsv"}}},
    ],
    ids=str,
)
def test_published_schema_refuses_what_run_refuses(desk: Desk, change: dict[str, Any]) -> None:
    schema = json.loads(desk.call("list", "--schema").out)
    study = desk.ask()
    said = yaml.safe_load(study.read_text())
    assert valid(said, schema, schema["$defs"])
    assert not valid({**said, **change}, schema, schema["$defs"])
    desk.refused("doctor", desk.ask(**change))
