"""Planted faults of files, cohorts and studies: ``run`` and ``doctor`` refuse each in plain words.

What ``Desk.refused_run`` holds for every one of them: exit status 2, no traceback, nothing written, nobody's
id or value said, and the same sentence from ``doctor``.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

import numpy as np
import pytest

from tests.journey.desk import PLANTED, Desk

Change = Callable[[bytes], bytes]

# Files -------------------------------------------------------------------------------------------------


def test_missing_file_names_its_neighbour(desk: Desk) -> None:
    message = desk.refused_run(table="patient.tsv")
    assert message == f"{desk.folder / 'patient.tsv'}: there is no such file. Did you mean 'patients.tsv'?"


@pytest.mark.parametrize(
    ("content", "problem", "remedy"),
    [
        (b"", "the file is empty", "Look at how it was made or copied."),
        (b"id\tage\tsex\tg1\till\n", "has a header and no rows", "Look at how the file was made."),
        (bytes(range(256)) * 20, "it holds binary data", "Look whether this is the right file"),
        ("id\tage\na\t1\n".encode("utf-16"), "is UTF-16 text", "Save it again as UTF-8."),
        (
            b"id\tage\till\nP\t1\t0\nQ\t2\n",
            "1 line with more or fewer cells",
            "missing or additional delimiter",
        ),
    ],
    ids=["empty", "header alone", "binary", "utf-16", "ragged"],
)
def test_file_that_is_no_table(desk: Desk, content: bytes, problem: str, remedy: str) -> None:
    desk.table.write_bytes(content)
    message = desk.refused_run()
    assert message.startswith(str(desk.table))
    assert problem in message
    assert remedy in message


def test_truncated_gzip(desk: Desk) -> None:
    packed = desk.folder / "patients.tsv.gz"
    packed.write_bytes(gzip.compress(desk.table.read_bytes())[:-200])
    message = desk.refused_run(table="patients.tsv.gz")
    assert message == (
        f"{packed}: the gzip data end too early. The copy is incomplete: copy or download it again."
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: gzip.compress(raw),
    ],
    ids=["bom", "crlf", "gzip under a plain name"],
)
def test_bytes_that_mean_the_same_give_the_same_numbers(desk: Desk, finished: Desk, change: Change) -> None:
    desk.ask()
    desk.table.write_bytes(change(desk.table.read_bytes()))
    assert desk.table.read_bytes() != finished.table.read_bytes()
    desk.run()
    for name in ("predictions.tsv", "scores.tsv"):
        assert (desk.out / name).read_bytes() == (finished.out / name).read_bytes()


def test_study_file_with_bom_and_crlf_is_read(desk: Desk) -> None:
    study = desk.ask()
    study.write_bytes(b"\xef\xbb\xbf" + study.read_bytes().replace(b"\n", b"\r\n"))
    assert desk.call("doctor", study).status == 0


# Ids ---------------------------------------------------------------------------------------------------


def test_duplicated_ids(desk: Desk) -> None:
    desk.frame.loc[[5, 9], "id"] = "P0004"
    desk.put(desk.frame)
    message = desk.refused_run()
    assert message == (
        f"{desk.table}: 1 id stands more than once; seen: 3 rows: lines 6, 7, 11. "
        "Keep one row for each id: mend the files."
    )


def apart(desk: Desk) -> dict[str, object]:
    """The genes in a file of their own."""
    return {
        "clinical": {"path": "patients.tsv", "columns": ["age", "sex"]},
        "genes": {"path": "genes.tsv", "columns": ["g*"]},
    }


def test_ids_that_no_row_shares(desk: Desk) -> None:
    genes = desk.frame[["id", "g1", "g2"]].assign(id="x" + desk.frame["id"])
    path = desk.put(genes, "genes.tsv")
    message = desk.refused_run(blocks=apart(desk))
    assert message.startswith(f"block genes ({path}): shares no id with the target's file")
    assert "120 ids of rows, 120 in the block" in message
    assert "Check rows.id" in message


def test_ids_that_nearly_match(desk: Desk) -> None:
    genes = desk.frame[["id", "g1", "g2"]].copy()
    genes.loc[3:5, "id"] = genes.loc[3:5, "id"].str.lower()
    path = desk.put(genes, "genes.tsv")
    message = desk.refused_run(blocks=apart(desk))
    assert message.startswith(f"block genes ({path}): 3 ids nearly match: they differ in case, blanks")
    assert "seen: lines 5, 6, 7 there" in message
    assert "rows: {match: relaxed}" in message
    desk.ask(blocks=apart(desk), rows={"id": "id", "match": "relaxed"})
    desk.run()


def test_ids_that_only_some_rows_share_are_listed_for_their_owner_alone(desk: Desk) -> None:
    genes = desk.frame[["id", "g1", "g2"]].copy()
    genes.loc[:1, "id"] = ["stranger-1", "stranger-2"]
    desk.put(genes, "genes.tsv")
    said = desk.call("run", desk.ask(blocks=apart(desk)), "-o", desk.out, "--workers", 1)
    assert said.status == 0
    assert "2 rows have no partner in block genes and are left out" in said.err
    listed = desk.out / "mismatches.tsv"
    assert listed.stat().st_mode & 0o777 == 0o600
    assert listed.read_text().splitlines() == [
        "row\tfile\tproblem",
        *(f"{row}\t{desk.folder / 'genes.tsv'}\tnot in block genes" for row in ("P0000", "P0001")),
        *(
            f"{row}\t{desk.folder / 'genes.tsv'}\tin block genes, but no such row"
            for row in ("stranger-1", "stranger-2")
        ),
    ]
    assert "stranger" not in said.out + said.err + (desk.out / "report.html").read_text()


def test_id_column_that_is_not_there(desk: Desk) -> None:
    message = desk.refused_run(rows={"id": "ID"})
    assert message == f"{desk.table}: there is no id column 'ID'. Did you mean 'id'?"


def test_row_without_an_id(desk: Desk) -> None:
    desk.frame.loc[4, "id"] = ""
    desk.put(desk.frame)
    assert f"{desk.table}, line 6: 1 row without an id" in desk.refused_run()


# Columns and cells -------------------------------------------------------------------------------------


def test_column_found_twice_with_different_content(desk: Desk) -> None:
    genes = desk.frame[["id", "g1", "family"]].copy()
    genes.loc[:2, "family"] = PLANTED
    path = desk.put(genes, "genes.tsv")
    message = desk.refused_run(blocks=apart(desk), split={"outer": {"folds": 3, "group": "family"}})
    assert message.startswith("column 'family': is found in target")
    assert str(desk.table) in message
    assert str(path) in message
    assert "3 rows: lines 2, 3, 4" in message
    assert "Rename one of them" in message


def test_all_missing_column(desk: Desk) -> None:
    desk.put(desk.frame.assign(g3=np.nan))
    assert desk.refused_run() == (
        f"block genes ({desk.table}): 1 column without a single value; seen: g3. Leave it out: exclude: [g3]."
    )


def test_text_among_numbers(desk: Desk) -> None:
    desk.frame["g3"] = desk.frame["g3"].astype(object)
    desk.frame.loc[[7, 17], "g3"] = PLANTED
    desk.put(desk.frame)
    assert desk.refused_run() == (
        f"block genes ({desk.table}): 1 column mixes numbers and text; "
        "seen: 'g3': 118 numbers, 2 text (lines 9, 19); expected: numbers. "
        "Add the word to 'missing', list the column under 'categories', or mend the file."
    )


def test_infinity(desk: Desk) -> None:
    desk.frame.loc[7, "g3"], desk.frame.loc[8, "g4"] = np.inf, -np.inf
    desk.put(desk.frame)
    message = desk.refused_run()
    assert message.startswith(f"block genes ({desk.table}): 2 columns hold infinity")
    assert "'g3': 1 cell (line 9); 'g4': 1 cell (line 10)" in message
    assert "add the word to 'missing'" in message


def test_gaps_that_no_step_fills(desk: Desk) -> None:
    """``doctor`` sees from the table what ``run`` meets in the first fit; 12 of the 120 have no g2."""
    study = desk.ask(prepare={"genes": ["scale.zscore"]})
    assert "Add an imputing step such as impute.median." in desk.refused(
        "run", study, "-o", desk.out, "--workers", 1
    )
    text = desk.refused("doctor", study)
    assert "1 columns of numbers hold missing values (first: g2) that no step fills" in text


# Target and split --------------------------------------------------------------------------------------


def test_missing_target_column_names_file_and_nearest(desk: Desk) -> None:
    target = {"path": "patients.tsv", "column": "il", "kind": "binary", "positive": 1}
    assert desk.refused_run(target=target) == (
        f"target.column: there is no column 'il' in {desk.table}. Did you mean 'ill'?"
    )


def test_missing_target_cells(desk: Desk) -> None:
    desk.frame["ill"] = desk.frame["ill"].astype(object)
    desk.frame.loc[[3, 4], "ill"] = ""
    desk.put(desk.frame)
    assert desk.refused_run() == (
        f"{desk.table}, column 'ill': the target is missing; seen: 2 rows: lines 5, 6. "
        "Fill it in, or leave those rows out: target: {missing: drop}."
    )


def test_one_class(desk: Desk) -> None:
    desk.put(desk.frame.assign(ill=1))
    message = desk.refused_run()
    assert message.startswith(f"{desk.table}, column 'ill': holds one class only; seen: 1 class in 120 rows")
    assert "Check the column" in message


def test_class_smaller_than_the_number_of_folds(desk: Desk) -> None:
    desk.put(desk.frame.assign(ill=(desk.frame.index < 2).astype(int)))
    message = desk.refused_run(split={"outer": {"folds": 3}})
    assert "class '1' is smaller than the number of folds; seen: 2 rows" in message
    assert "expected: at least 3" in message
    assert "Lower split.outer.folds" in message


@pytest.mark.parametrize("outer", [{"folds": 2, "group": "ward"}, {"leave_out": "ward"}], ids=str)
def test_group_that_holds_all_of_one_class(desk: Desk, outer: dict[str, object]) -> None:
    ill = desk.frame["ill"].to_numpy() == 1
    desk.put(desk.frame.assign(ward=np.where(ill, "A", np.where(np.cumsum(~ill) % 2, "B", "C"))))
    message = desk.refused_run(split={"outer": outer})
    assert f"class '1' has no row to learn from: all its {ill.sum()} rows are judged together" in message
    assert "one group holds the whole class" in message
    assert "Use another group column" in message


def test_event_that_nobody_has(desk: Desk) -> None:
    target = {"path": "patients.tsv", "column": "ill", "kind": "binary", "positive": "yes"}
    message = desk.refused_run(target=target)
    assert message == (
        f"target.positive: no row has the value 'yes'; seen: {desk.table}, column 'ill' holds 0, 1. "
        "Say which of them counts as the event."
    )


def test_quantity_taken_for_classes_is_not_listed(desk: Desk) -> None:
    """115 doses are patients' values, not classes; they must not be printed as such."""
    target = {"path": "patients.tsv", "column": "dose", "kind": "binary", "positive": 1}
    assert f"holds {desk.frame['dose'].nunique()} classes" in desk.refused_run(target=target)
    target = {"path": "patients.tsv", "column": "dose", "kind": "multiclass"}
    assert "If it is a quantity, say kind: number." in desk.refused_run(target=target)


def test_free_text_taken_for_classes_is_not_listed(desk: Desk) -> None:
    desk.put(desk.frame.assign(note=[f"{PLANTED} {k}" for k in range(120)]))
    target = {"path": "patients.tsv", "column": "note", "kind": "multiclass"}
    assert "120 different texts in 120 rows" in desk.refused_run(target=target)


def test_text_where_the_target_is_a_number(desk: Desk) -> None:
    desk.frame["dose"] = desk.frame["dose"].astype(object)
    desk.frame.loc[11, "dose"] = PLANTED
    desk.put(desk.frame)
    target = {"path": "patients.tsv", "column": "dose", "kind": "number"}
    message = desk.refused_run(target=target, models=["ridge"])
    assert message.startswith(f"{desk.table}, column 'dose': text where kind: number needs numbers")
    assert "1 row: line 13" in message


# The study ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": ["logstic"]}, "models: no model is called 'logstic'. Did you mean 'logistic'?"),
        ({"models": [{"logistic": {"c": 1}}]}, "models: logistic: has no parameter 'c'. Did you mean 'C'?"),
        (
            {"prepare": {"genes": ["scale.zscor"]}},
            "prepare: genes: no step is called 'scale.zscor'. Did you mean 'scale.zscore'?",
        ),
        (
            {"judge": {"primary": "auc"}},
            "judge.primary: no metric for a binary target is called 'auc'. Did you mean 'auc_roc'?",
        ),
        (
            {"blocks": {"genes": {"read": "tabel", "path": "patients.tsv"}}},
            "blocks.genes.read: no reader is called 'tabel'. Did you mean 'table'?",
        ),
        (
            {"blocks": {"genes": {"path": "patients.tsv", "columns": ["gg1"]}}},
            "block genes: columns: there is no column 'gg1'. Did you mean 'g1'?",
        ),
    ],
    ids=["model", "parameter", "step", "metric", "reader", "column"],
)
def test_unknown_name_suggests_the_nearest(desk: Desk, changes: dict[str, object], message: str) -> None:
    assert desk.refused_run(**changes) == message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("blocks: {a: {path: t}}\nsplt: {}\n", 2, "unknown key 'splt'. Did you mean 'split'?"),
        (
            "blocks: {a: {path: t}}\nsplit:\n  outer:\n    fold: 3\n",
            4,
            "unknown key 'split.outer.fold'. Did you mean 'folds'?",
        ),
        ("name: x\nblocks: {a: [1\n", 3, "is not valid YAML"),
        ("name: x\n\tblocks: 1\n", 2, "is not valid YAML"),
        ("name: x\nname: y\n", 2, "key 'name' stands twice in the same mapping. Keep one of them."),
        ("blocks: {a: {path: t}}\n", None, "'target' is missing. Add the key 'target'."),
        (
            "blocks: {a: {path: t}}\ntarget: {column: y, kind: binary}\n",
            2,
            "a binary target needs 'positive'",
        ),
        (
            "blocks: {a: {path: t}}\ntarget: {column: y, kind: survival}\n",
            2,
            "survival needs 'time' and 'event'",
        ),
        (
            "blocks: {a: {path: t}}\ntarget: {column: y, kind: number}\nprepare: {b: []}\n",
            None,
            "prepare: no block is called 'b'",
        ),
        ("- a\n", None, "is not a mapping of keys"),
        ("", None, "is empty"),
    ],
)
def test_study_that_is_wrong_says_the_line(desk: Desk, text: str, line: int | None, message: str) -> None:
    study = desk.folder / "wrong.yaml"
    study.write_text(text)
    place = f"{study}, line {line}: " if line else f"{study}: "
    for command in (["doctor", study], ["run", study, "-o", desk.out]):
        said = desk.refused(*command)
        assert said.startswith(f"error: {place}")
        assert message in said


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", None], ids=["binary", "folder"])
def test_study_that_is_no_text(desk: Desk, content: bytes | None) -> None:
    study = desk.folder / "odd.yaml"
    study.mkdir() if content is None else study.write_bytes(content)
    assert f"error: {study}: " in desk.refused("doctor", study)


def test_missing_study_says_how_to_begin_one(desk: Desk) -> None:
    text = desk.refused("run", desk.folder / "none.yaml", "-o", desk.out)
    assert "there is no such file. Make one with: prognome init TABLE --target COLUMN." in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("split.outer.folds", "is not key=value. Write for instance: --set split.outer.folds=10."),
        ("split.outer.folds=many", "split.outer.folds: input should be a valid integer"),
        ("split.outer.fold=3", "unknown key 'split.outer.fold'. Did you mean 'folds'?"),
        ("name.x=1", "'name' holds a single value, not keys"),
        ("models.3=svm", "'3' is not a place in a list of 1"),
        ("models=[logistic", "is not valid YAML"),
    ],
)
def test_set_that_is_wrong(desk: Desk, change: str, message: str) -> None:
    assert message in desk.refused("run", desk.ask(), "-o", desk.out, "--set", change)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rn"], "No such command 'rn'"),
        (["run"], "give either a study file or --replay RUN.JSON"),
        (["run", "study.yaml", "--worker", "1"], "No such option"),
        (["run", "study.yaml", "--workers", "0"], "Invalid value for '--workers'"),
        (["init", "patients.tsv"], "Missing option '--target'"),
        (["list", "model"], "there is no menu 'model'. Did you mean 'models'?"),
    ],
    ids=" ".join,
)
def test_call_that_is_wrong(desk: Desk, arguments: list[str], message: str) -> None:
    assert message in desk.refused(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "il"], "there is no column 'il'. Did you mean 'ill'?"),
        (["--target", "ill", "--id", "idd"], "there is no column 'idd'. Did you mean 'id'?"),
        (["--target", "ill", "--kind", "numbr"], "'numbr' is no kind of target. Did you mean 'number'?"),
        (["--target", "ill", "--positive", "yes"], "no row has the value 'yes'"),
        (["--target", "dose", "--positive", "1"], "belongs to a binary target"),
        (["--target", "dose", "--kind", "binary"], "classes where kind: binary needs two"),
        (["--target", "sex", "--kind", "number"], "text where kind: number needs numbers; seen: 120 rows"),
    ],
    ids=" ".join,
)
def test_init_that_is_wrong(desk: Desk, arguments: list[str], message: str) -> None:
    text = desk.refused("init", desk.table, "-o", desk.folder / "new.yaml", *arguments)
    assert message in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a readable tab-separated table"),
        ("a\tb\n1\t2\n", "column 'row' is missing; expected: row part repeat fold group"),
        ("row\tpart\trepeat\tfold\tgroup\nnobody\tcv\t1\t1\t\n", "rows that the cohort does not have"),
    ],
    ids=["empty", "columns", "strangers"],
)
def test_given_split_that_does_not_fit(desk: Desk, text: str, message: str) -> None:
    (desk.folder / "split.tsv").write_text(text)
    said = desk.refused_run(split={"file": "split.tsv"})
    assert said.startswith(str(desk.folder / "split.tsv"))
    assert message in said


def test_faults_are_the_same_in_a_process_of_their_own(desk: Desk) -> None:
    """The other tests call main() in this process; this one shows that nothing is lost by that."""
    study = desk.ask(table="patient.tsv")
    here = desk.refused("doctor", study)
    assert "fault  data " in here
    assert desk.refused("doctor", "study.yaml", process=True, cwd=desk.folder) == here
