"""From files to a cohort: rows matched once, every loss counted, every role found."""

import numpy as np
import pandas as pd
import pytest

from prognome.errors import DataError, StudyError
from prognome.jobs.load import load
from tests.clinic import make_study, patients_table


def write(folder, frame, name="patients.tsv"):
    path = folder / name
    frame.to_csv(path, sep="\t", index=False)
    return path


def two_files(tmp_path, table, **changes):
    """Clinic in one file, genes in another."""
    clinic = write(tmp_path, patients_table().drop(columns=[f"g{k}" for k in range(1, 7)]))
    other = write(tmp_path, table, "genes.tsv")
    blocks = {
        "clinical": {"path": str(clinic), "columns": ["age", "sex"]},
        "genes": {"path": str(other), **changes.pop("genes", {})},
    }
    return make_study(clinic, blocks=blocks, **changes)


def genes_table():
    return patients_table()[["id", *(f"g{k}" for k in range(1, 7))]]


def test_rows_are_in_the_order_of_the_targets_file_and_blocks_follow(tmp_path):
    shuffled = genes_table().sample(frac=1, random_state=0)
    cohort = load(two_files(tmp_path, shuffled)).cohort
    truth = patients_table()
    assert cohort.ids.tolist() == truth["id"].tolist()
    assert cohort.target.tolist() == truth["ill"].tolist()
    np.testing.assert_array_equal(cohort.blocks["genes"].frame["g1"], truth["g1"])
    assert cohort.blocks["genes"].ids.tolist() == truth["id"].tolist()


def test_rows_without_partner_are_left_out_counted_and_listed(tmp_path):
    genes = genes_table().iloc[5:]
    genes = pd.concat([genes, genes.tail(1).assign(id="X1")])
    loaded = load(two_files(tmp_path, genes))
    assert len(loaded.cohort) == 115
    assert [(loss.reason, loss.rows) for loss in loaded.losses][-1] == ("not in block genes", 5)
    listed = loaded.mismatches.groupby("problem")["row"].apply(list)
    assert listed["not in block genes"] == [f"P{k:04d}" for k in range(5)]
    assert listed["in block genes, but no such row"] == ["X1"]
    assert any("5 rows have no partner in block genes" in note for note in loaded.notes)


def test_an_optional_block_may_be_absent_for_some_rows(tmp_path):
    cohort = load(two_files(tmp_path, genes_table().iloc[5:], genes={"optional": True})).cohort
    assert len(cohort) == 120
    assert cohort.present["genes"].tolist() == [False] * 5 + [True] * 115
    assert cohort.blocks["genes"].frame.iloc[:5].isna().all(axis=None)


def test_ids_that_share_nothing_are_refused(tmp_path):
    with pytest.raises(DataError, match="shares no id with the target's file"):
        load(two_files(tmp_path, genes_table().assign(id=lambda t: "Z" + t["id"])))


def test_ids_that_nearly_match_are_refused_until_told_to_match(tmp_path):
    genes = genes_table()
    genes.loc[3, "id"] = " p0003"
    genes.loc[4, "id"] = "P0004 "
    with pytest.raises(DataError, match="2 ids nearly match"):
        load(two_files(tmp_path, genes))
    study = two_files(tmp_path, genes, rows={"id": "id", "match": "relaxed"})
    assert len(load(study).cohort) == 120


def test_dropped_rows_are_counted_with_their_reason(patients):
    drop = [{"column": "site", "values": ["south"], "reason": "other machine"}]
    loaded = load(make_study(patients, rows={"id": "id", "drop": drop}))
    south = int((patients_table()["site"] == "south").sum())
    assert [(loss.reason, loss.rows) for loss in loaded.losses] == [
        ("in the target's file", 120),
        ("other machine", south),
    ]
    assert not len(loaded.mismatches)


def test_values_are_compared_as_numbers_too(tmp_path):
    frame = patients_table()
    frame["ill"] = frame["ill"].astype(float)  # the file says 0.0 and 1.0, the study says 1
    cohort = load(make_study(write(tmp_path, frame))).cohort
    assert cohort.classes == ("0.0", "1.0")
    assert cohort.target.tolist() == frame["ill"].astype(int).tolist()


def test_a_missing_target_is_refused_with_its_lines_or_dropped(tmp_path):
    frame = patients_table()
    frame["ill"] = frame["ill"].astype("Int64")
    frame.loc[[2, 8], "ill"] = pd.NA
    path = write(tmp_path, frame)
    with pytest.raises(DataError, match=r"2 rows: lines 4, 10.*target: \{missing: drop\}"):
        load(make_study(path))
    target = {"path": str(path), "column": "ill", "kind": "binary", "positive": 1, "missing": "drop"}
    assert len(load(make_study(path, target=target)).cohort) == 118


def test_columns_with_another_role_are_no_features(patients):
    said = {"blocks": {"all": {"path": str(patients), "exclude": ["stage", "dose"]}}}
    study = make_study(patients, split={"outer": {"group": "family"}}, **said)
    names = load(study).cohort.blocks["all"].names
    assert names == ["age", "sex", "g1", "g2", "g3", "g4", "g5", "g6", "site"]


def test_the_target_among_the_features_is_refused(patients):
    blocks = {"all": {"path": str(patients), "columns": ["age", "ill"]}}
    with pytest.raises(StudyError, match="'ill' is the target"):
        load(make_study(patients, blocks=blocks))


def test_a_column_in_two_places_with_different_content_is_refused(tmp_path):
    genes = genes_table().assign(family="other")
    study = two_files(tmp_path, genes, split={"outer": {"group": "family"}}, genes={"columns": ["g*"]})
    with pytest.raises(DataError, match=r"column 'family'.*with different content.*120 rows"):
        load(study)
    same = genes_table().assign(family=patients_table()["family"])
    study = two_files(tmp_path, same, split={"outer": {"group": "family"}}, genes={"columns": ["g*"]})
    assert load(study).cohort.groups.tolist() == patients_table()["family"].tolist()


def test_a_role_without_value_is_refused_with_its_lines(tmp_path):
    frame = patients_table()
    frame.loc[4, "family"] = None
    study = make_study(write(tmp_path, frame), split={"outer": {"group": "family"}})
    with pytest.raises(DataError, match=r"column 'family': has no value.*line 6"):
        load(study)


def test_a_column_nobody_has_is_refused_with_the_nearest(patients):
    with pytest.raises(StudyError, match="Did you mean 'family'"):
        load(make_study(patients, split={"outer": {"group": "famly"}}))


def test_rows_without_ids_are_numbered_within_one_file(patients, tmp_path):
    study = make_study(patients, rows={}, blocks={"genes": {"path": str(patients), "columns": ["g*"]}})
    assert load(study).cohort.ids.tolist()[:2] == ["1", "2"]
    other = write(tmp_path, patients_table(), "other.tsv")
    blocks = {"genes": {"path": str(other), "columns": ["g*"]}}
    with pytest.raises(StudyError, match="is needed to match rows of several files"):
        load(make_study(patients, rows={}, blocks=blocks))


def test_a_named_test_part_and_times_are_read(tmp_path):
    frame = patients_table()
    frame["part"] = np.where(np.arange(120) < 20, "exam", "work")
    frame["day"] = [f"2024-01-{1 + k % 28:02d}" for k in range(120)]
    path = write(tmp_path, frame)
    split = {"test": {"column": "part", "value": "exam"}, "outer": {"time": "day", "folds": 3}}
    loaded = load(make_study(path, split=split))
    assert loaded.in_test.tolist() == [True] * 20 + [False] * 100
    assert (np.diff(loaded.times[:28]) > 0).all()
    split["test"]["value"] = "exma"
    with pytest.raises(StudyError, match="no row has the value 'exma'"):
        load(make_study(path, split=split))


@pytest.mark.parametrize(
    ("change", "target", "expected"),
    [
        ({"ill": 1}, {}, "holds one class only"),
        ({"ill": lambda t: t.index % 3}, {}, "holds 3 classes where kind: binary needs two"),
        ({}, {"positive": "yes"}, "no row has the value 'yes'"),
        ({}, {"column": "site", "kind": "number", "positive": None}, "text where kind: number needs numbers"),
        ({"dose": np.inf}, {"column": "dose", "kind": "number", "positive": None}, "holds infinity"),
        ({"dose": 1.0}, {"column": "dose", "kind": "number", "positive": None}, "holds one value only"),
        ({}, {"column": "dose", "kind": "multiclass", "positive": None}, "say kind: number"),
    ],
)
def test_a_target_that_is_not_what_the_study_says_is_refused(tmp_path, change, target, expected):
    path = write(tmp_path, patients_table().assign(**change))
    said = {"path": str(path), "column": "ill", "kind": "binary", "positive": 1} | target
    study_target = {key: value for key, value in said.items() if value is not None}
    with pytest.raises((DataError, StudyError), match=expected):
        load(make_study(path, target=study_target, models=["random_forest"]))


def test_zeros_and_ones_taken_for_numbers_are_remarked(patients):
    target = {"path": str(patients), "column": "ill", "kind": "number"}
    notes = load(make_study(patients, target=target, models=["ridge"])).notes
    assert any("are they classes?" in note for note in notes)


def facts_elsewhere(tmp_path, facts, **changes):
    """Facts about the rows in a file of their own."""
    path = write(tmp_path, patients_table().drop(columns=["family", "site"]))
    other = write(tmp_path, facts, "facts.tsv")
    rows = {"path": str(other), "id": "id", **changes.pop("rows", {})}
    return make_study(path, rows=rows, **changes)


SITES = patients_table()[["id", "family", "site"]]
BY_SITE = {"test": {"column": "site", "value": "south"}, "outer": {"folds": 3}}


def test_facts_are_matched_by_the_rule_of_the_blocks(tmp_path):
    south = (SITES["site"] == "south").to_numpy()
    shuffled = SITES.sample(frac=1, random_state=1)
    assert (load(facts_elsewhere(tmp_path, shuffled, split=BY_SITE)).in_test == south).all()
    lower = SITES.assign(id=SITES["id"].str.lower())
    with pytest.raises(DataError, match="120 ids nearly match"):
        load(facts_elsewhere(tmp_path, lower, split=BY_SITE))
    relaxed = facts_elsewhere(tmp_path, lower, split=BY_SITE, rows={"match": "relaxed"})
    assert (load(relaxed).in_test == south).all()


def test_a_row_without_facts_never_slips_into_training(tmp_path):
    with pytest.raises(DataError, match=r"10 rows that split\.test needs are not in this file"):
        load(facts_elsewhere(tmp_path, SITES.iloc[10:], split=BY_SITE))
    drop = {"drop": [{"column": "site", "values": ["south"]}]}
    with pytest.raises(DataError, match=r"10 rows that rows\.drop needs are not in this file"):
        load(facts_elsewhere(tmp_path, SITES.iloc[10:], rows=drop))


def test_dropping_nothing_is_refused_and_a_missing_word_drops_the_empty(tmp_path):
    frame = patients_table()
    frame.loc[:4, "site"] = None
    path = write(tmp_path, frame)

    def study(*values):
        return make_study(path, rows={"id": "id", "drop": [{"column": "site", "values": list(values)}]})

    assert len(load(study("NA")).cohort) == 115
    with pytest.raises(StudyError, match="no row has 'suoth' there"):
        load(study("suoth"))


def test_words_of_python_match_whatever_their_case(tmp_path):
    path = write(tmp_path, patients_table().assign(ill=lambda t: t["ill"] == 1))
    target = {"path": str(path), "column": "ill", "kind": "binary", "positive": True}
    assert load(make_study(path, target=target)).cohort.classes == ("False", "True")


def test_a_class_may_be_called_by_a_word_that_usually_means_missing(tmp_path):
    path = write(tmp_path, patients_table().assign(ill=lambda t: np.where(t["ill"] == 1, "+", "-")))
    target = {"path": str(path), "column": "ill", "kind": "binary", "positive": "+"}
    with pytest.raises(DataError, match="the target is missing"):
        load(make_study(path, target=target))
    target["missing_words"] = ["", "NA"]
    blocks = {"genes": {"path": str(path), "columns": ["g*"]}}
    assert load(make_study(path, target=target, blocks=blocks)).cohort.classes == ("-", "+")


def test_one_number_written_in_several_ways_is_no_several_classes(tmp_path):
    path = write(tmp_path, patients_table().assign(stage=lambda t: np.resize(["1", "1.0", "2"], len(t))))
    target = {"path": str(path), "column": "stage", "kind": "multiclass"}
    with pytest.raises(DataError, match="writes one number in several ways"):
        load(make_study(path, target=target))


@pytest.mark.parametrize(
    ("days", "bad"),
    [([str(k) for k in range(119)], "x1"), ([f"2024-01-{1 + k % 28:02d}" for k in range(119)], "soon")],
)
def test_one_time_that_cannot_be_read_is_one_row(tmp_path, days, bad):
    path = write(tmp_path, patients_table().assign(day=[bad, *days]))
    with pytest.raises(DataError, match="column 'day': is neither a number nor a date; seen: 1 row: line 2"):
        load(make_study(path, split={"outer": {"time": "day", "folds": 3}}))


def test_dates_with_and_without_zone_are_dates(tmp_path):
    days = [f"2024-01-{1 + k % 28:02d}T10:00:00" + ("Z" if k % 2 else "") for k in range(120)]
    path = write(tmp_path, patients_table().assign(day=days))
    times = load(make_study(path, split={"outer": {"time": "day", "folds": 3}})).times
    assert times[1] - times[0] == 86_400


def test_a_file_without_header_does_not_print_its_first_patient(tmp_path):
    path = tmp_path / "bare.tsv"
    path.write_text("P1\tJohn Smith\t63\nP2\tJane Doe\t64\n")
    blocks = {"all": {"path": str(path)}}
    target = {"path": str(path), "column": "ill", "kind": "binary", "positive": 1}
    with pytest.raises(StudyError) as caught:
        load(make_study(path, rows={}, blocks=blocks, target=target))
    assert "Smith" not in str(caught.value)
    assert "63" not in str(caught.value)
