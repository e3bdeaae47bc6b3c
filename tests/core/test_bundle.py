"""A bundle answers as its pipeline does, refuses what does not fit, and notices whatever was done to it."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from prognome.core.bundle import Bundle
from prognome.core.files import sha256
from prognome.core.rule import Rule
from prognome.core.schema import Schema
from prognome.core.study_contract import Contract
from prognome.core.table import Table
from prognome.errors import BundleError, DataError
from prognome.prepare.fuse import fuse

BLOCKS = ["clinical", "genes"]


def bundle_of(cohort, **contract) -> Bundle:
    steps = Pipeline([("prepare", fuse({}, BLOCKS)), ("model", LogisticRegression())])
    schema = Schema.learn(cohort, contract=Contract(**contract), aliases={"clinical": {"age": ["age_years"]}})
    return Bundle(
        steps.fit(cohort, cohort.target),
        schema,
        Rule("binary"),
        "binary",
        cohort.classes,
        {"versions": {"prognome": "0"}},
    )


@pytest.fixture
def saved(cohort, tmp_path):
    folder = tmp_path / "bundle"
    folder.mkdir()
    bundle_of(cohort).save(folder)
    return folder


def tables(cohort, change=None):
    found = {name: block.frame.copy() for name, block in cohort.blocks.items()}
    if change:
        change(found)
    return {name: Table(cohort.ids, frame) for name, frame in found.items()}


def test_it_answers_as_the_pipeline_does_after_saving_and_loading(cohort, saved):
    loaded = Bundle.load(saved)
    wanted = bundle_of(cohort).pipeline.predict_proba(cohort)[:, 1]
    answers = loaded.predict(cohort.ids, tables(cohort))
    assert answers["p_1"].tolist() == wanted.tolist()
    assert answers["row"].tolist() == cohort.ids.tolist()
    assert set(answers["status"]) == {"ok"}
    assert (loaded.kind, loaded.classes) == ("binary", ("0", "1"))


def test_one_row_alone_gets_what_it_gets_in_a_crowd(cohort):
    bundle = bundle_of(cohort)
    crowd = bundle.predict(cohort.ids, tables(cohort))
    for row in (0, 17, 119):
        one = cohort.rows([row])
        alone = bundle.predict(one.ids, tables(one))
        assert alone["p_1"][0] == pytest.approx(crowd["p_1"][row], rel=1e-12)


@pytest.mark.parametrize("name", ["pipeline.skops", "schema.json", "about.json", "probes.tsv"])
def test_a_changed_or_missing_file_is_refused(saved, name):
    (saved / name).write_bytes((saved / name).read_bytes() + b" ")
    with pytest.raises(BundleError, match="missing or was changed"):
        Bundle.load(saved)
    (saved / name).unlink()
    with pytest.raises(BundleError, match="missing or was changed"):
        Bundle.load(saved)


def forge(folder):
    """Mend the checksums, as a forger would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {name: sha256(folder / name) for name in manifest["files"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_model_that_answers_otherwise_is_refused_even_with_mended_checksums(cohort, saved):
    other = bundle_of(cohort)
    other.pipeline[-1].coef_ += 0.01
    from skops import io

    (saved / "pipeline.skops").write_bytes(io.dumps(other.pipeline))
    forge(saved)
    with pytest.raises(BundleError, match="answers otherwise on its probe rows"):
        Bundle.load(saved)


class Stranger(LogisticRegression):
    """A type that is on nobody's list."""


def test_a_type_that_is_not_on_the_list_is_refused_unless_the_caller_trusts_it(cohort, tmp_path):
    bundle = bundle_of(cohort)
    bundle.pipeline.steps[-1] = ("model", Stranger().fit(bundle.pipeline[0].transform(cohort), cohort.target))
    bundle.save(tmp_path)
    with pytest.raises(BundleError, match=r"types that are not trusted.*Stranger"):
        Bundle.load(tmp_path)
    name = f"{Stranger.__module__}.Stranger"
    import sys

    sys.modules.setdefault(Stranger.__module__, sys.modules[__name__])
    assert Bundle.load(tmp_path, trust=[name]).kind == "binary"


def test_a_newer_bundle_is_refused(saved):
    manifest = json.loads((saved / "manifest.json").read_text())
    (saved / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(BundleError, match="made by a newer prognome; seen: format 99"):
        Bundle.load(saved)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"format": "x"}'])
def test_what_is_no_bundle_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(BundleError):
        Bundle.load(tmp_path)


def test_no_file_of_a_bundle_holds_a_training_id_or_value(cohort, saved):
    text = b"".join((saved / name).read_bytes() for name in ("schema.json", "about.json", "probes.tsv"))
    for row in range(120):
        assert cohort.ids[row].encode() not in text
    genes = cohort.blocks["genes"].frame
    for column in json.loads((saved / "schema.json").read_text())["blocks"][1]["columns"]:
        values = genes[column["name"]]
        assert column["low"] < values.min() < values.max() < column["high"]
        assert column["high"] - column["low"] < 1.1 * (values.max() - values.min())


def test_a_value_out_of_range_is_flagged_or_refused_as_the_contract_says(cohort):
    def old(found):
        found["clinical"].loc[3, "age"] = 200.0

    flagged = bundle_of(cohort).predict(cohort.ids, tables(cohort, old))
    assert flagged["status"][3] == "flagged"
    assert flagged["out_of_range"][3] == "clinical.age"
    assert np.isfinite(flagged["p_1"][3])
    refused = bundle_of(cohort, out_of_range="refuse").predict(cohort.ids, tables(cohort, old))
    assert refused["status"][3] == "refused"
    assert np.isnan(refused["p_1"][3])
    assert "outside the training range: clinical.age" in refused["reason"][3]
    assert refused["p_1"][4] == flagged["p_1"][4]


def test_a_row_on_another_scale_is_refused(cohort):
    def thousandfold(found):
        found["genes"].loc[2] *= 1000
        found["clinical"].loc[2, "age"] *= 1000

    answers = bundle_of(cohort).predict(cohort.ids, tables(cohort, thousandfold))
    assert answers["status"][2] == "refused"
    assert "another unit or scale?" in answers["reason"][2]
    assert np.isnan(answers["p_1"][2])
    lenient = bundle_of(cohort, outside=1.0).predict(cohort.ids, tables(cohort, thousandfold))
    assert lenient["status"][2] == "flagged"


def test_an_unseen_category_is_flagged_or_refused_as_the_contract_says(cohort):
    def other(found):
        found["clinical"].loc[5, "sex"] = "x"

    flagged = bundle_of(cohort).predict(cohort.ids, tables(cohort, other))
    assert (flagged["status"][5], flagged["unseen_category"][5]) == ("flagged", "clinical.sex")
    refused = bundle_of(cohort, unseen_category="refuse").predict(cohort.ids, tables(cohort, other))
    assert refused["status"][5] == "refused"


def test_a_row_that_brings_too_little_is_refused(cohort):
    def bare(found):
        found["genes"].loc[7] = np.nan
        found["clinical"].loc[7, "age"] = np.nan

    answers = bundle_of(cohort).predict(cohort.ids, tables(cohort, bare))
    assert answers["status"][7] == "refused"
    assert answers["coverage"][7] == pytest.approx(1 / 8, abs=1e-4)
    assert "brings 12% of the features, 50% are needed" in answers["reason"][7]


def test_a_column_that_is_not_there_flags_every_row_where_the_contract_lets_it_pass(cohort):
    found = tables(cohort)
    found["genes"] = Table(cohort.ids, found["genes"].frame.drop(columns=["g3", "g5"]))
    answers = bundle_of(cohort, missing_column="flag").predict(cohort.ids, found)
    assert set(answers["status"]) == {"flagged"}
    assert set(answers["missing_columns"]) == {"genes.g3, genes.g5"}
    assert answers["p_1"].notna().all()


def test_columns_are_found_by_name_and_alias_and_never_guessed(cohort):
    block = bundle_of(cohort).schema.block("clinical")
    contract = Contract()
    assert block.locate(["sex", "age_years"], contract, where="new") == {"age": "age_years", "sex": "sex"}
    with pytest.raises(DataError, match="2 columns stand for 'age'"):
        block.locate(["sex", "age", "age_years"], contract, where="new")
    with pytest.raises(DataError, match="1 of 2 columns of block 'clinical' is missing"):
        block.locate(["sex", "agee"], contract, where="new")
    assert block.locate(["sex"], Contract(missing_column="flag"), where="new") == {"sex": "sex"}


def test_ordered_levels_and_numbers_survive_the_schema_on_disk(cohort):
    ids = np.array(["a", "b", "c"], dtype=object)
    stage = pd.Categorical(["I", "III", None], categories=["I", "II", "III"], ordered=True)
    from prognome.core.cohort import Cohort

    schema = Schema.learn(
        Cohort(ids, {"t": Table(ids, pd.DataFrame({"stage": stage, "x": [0.0123, -4.56, 7.0]}))})
    )
    again = Schema.from_mapping(json.loads(json.dumps(schema.to_mapping())))
    assert again == schema
    assert again.blocks[0].columns[0].levels == ("I", "II", "III")
    assert (again.blocks[0].columns[1].low, again.blocks[0].columns[1].high) == (-4.6, 7.0)
