"""Who is asked about is answered, and nobody vanishes without a word."""

import pandas as pd
import pytest

from prognome.core.bundle import Bundle
from prognome.errors import DataError, OutputError, StudyError
from prognome.jobs.predict import parse_blocks, predict, sources_for
from prognome.jobs.run import run
from tests.clinic import make_study, patients_table


@pytest.fixture
def bundle(tmp_path) -> Bundle:
    """Learned from genes that may be absent, and a clinic that may not."""
    frame = patients_table()
    clinic, genes = tmp_path / "clinic.tsv", tmp_path / "genes.tsv"
    frame.drop(columns=["g1", "g2"]).to_csv(clinic, sep="\t", index=False)
    frame.loc[frame.index > 10, ["id", "g1", "g2"]].to_csv(genes, sep="\t", index=False)
    blocks = {
        "genes": {"path": str(genes), "optional": True},
        "clinical": {"path": str(clinic), "columns": ["age", "sex"]},
    }
    run(make_study(clinic, blocks=blocks, models=["logistic"]), tmp_path / "out", workers=1)
    return Bundle.load(tmp_path / "out" / "bundle")


def write(folder, frame, name) -> str:
    frame.to_csv(folder / name, sep="\t", index=False)
    return str(folder / name)


def answer(bundle, tmp_path, clinic, genes):
    blocks = {"clinical": write(tmp_path, clinic, "c.tsv")}
    if genes is not None:
        blocks["genes"] = write(tmp_path, genes, "g.tsv")
    out = tmp_path / "answers.tsv"
    count = predict(bundle, sources_for(bundle, blocks, None), out, overwrite=True)
    return count, pd.read_csv(out, sep="\t", dtype={"row": str}, keep_default_na=False)


def test_everybody_in_the_clinic_is_answered_whoever_has_genes(bundle, tmp_path):
    new = patients_table(20, seed=9)
    genes = new.loc[[4, 2, 0], ["id", "g1", "g2"]]
    count, table = answer(bundle, tmp_path, new, genes)
    assert table["row"].tolist() == new["id"].tolist()
    assert (count.rows, count.unasked) == (20, {})
    _, without = answer(bundle, tmp_path, new, None)
    have = table["row"].isin(genes["id"])
    assert table.loc[~have, "p_1"].tolist() == without.loc[~have, "p_1"].tolist()
    assert (table.loc[have, "p_1"] != without.loc[have, "p_1"]).all()


def test_rows_that_only_another_block_has_are_counted(bundle, tmp_path):
    new = patients_table(20, seed=9)
    count, table = answer(bundle, tmp_path, new.iloc[:5], new[["id", "g1", "g2"]])
    assert len(table) == 5
    assert count.unasked == {"genes": 15}
    mixed, _ = answer(bundle, tmp_path, new.iloc[[5, 0]], new[["id", "g1", "g2"]])
    assert mixed.unasked == {"genes": 18}


def test_a_block_that_is_needed_must_have_every_row(tmp_path):
    frame = patients_table()
    table = write(tmp_path, frame, "patients.tsv")
    blocks = {"clinical": {"path": table, "columns": ["age"]}, "genes": {"path": table, "columns": ["g1"]}}
    run(
        make_study(tmp_path / "patients.tsv", blocks=blocks, models=["logistic"]), tmp_path / "out", workers=1
    )
    loaded = Bundle.load(tmp_path / "out" / "bundle")
    with pytest.raises(DataError, match="5 of 10 rows of block clinical are not in it"):
        answer(loaded, tmp_path, frame.iloc[:10], frame.iloc[5:])
    with pytest.raises(DataError, match="is not given, and the bundle needs it"):
        answer(loaded, tmp_path, frame.iloc[:10], None)


def test_answers_are_not_written_over_a_file_unless_told(bundle, tmp_path):
    new = write(tmp_path, patients_table(5, seed=9), "c.tsv")
    out = tmp_path / "answers.tsv"
    out.write_text("mine")
    with pytest.raises(OutputError, match="already there"):
        predict(bundle, sources_for(bundle, {"clinical": new}, None), out)
    assert out.read_text() == "mine"


def test_blocks_are_named_once_and_known(bundle):
    assert parse_blocks(["a=b=c.tsv"]) == {"a": "b=c.tsv"}
    for pairs in (["a"], ["=x"], ["a="], ["a=1", "a=2"]):
        with pytest.raises(StudyError):
            parse_blocks(pairs)
    with pytest.raises(StudyError, match="Did you mean 'genes'"):
        sources_for(bundle, {"gene": "x.tsv"}, None)
