"""A block of sequences from its file to the cohort, the guards, the bundle, and a new patient's answer."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.bundle import Bundle
from prognome.core.sequences import Sequences
from prognome.core.study import Study
from prognome.errors import DataError, StudyError
from prognome.jobs import predict as job
from prognome.jobs.assemble import resolve
from prognome.jobs.doctor import examine
from prognome.jobs.incoming import load_external
from prognome.jobs.init import infer, study_text
from prognome.jobs.load import load
from prognome.jobs.run import learn_schema, prepare, run
from prognome.jobs.shelf import Shelf, block_source
from prognome.read.sequences import read_sequences

MOTIF = "TGACTCA"  # AP-1, almost its own reverse complement
N = 90


def letters(rng, length: int) -> str:
    return "".join(rng.choice(list("ACGT"), length))


def table(n: int = N, seed: int = 0) -> pd.DataFrame:
    """Half of the windows hold a motif; a score that knows nothing."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        text = letters(rng, 40)
        if k % 2:
            at = int(rng.integers(0, 33))
            text = text[:at] + MOTIF + text[at + 7 :]
        rows.append({"id": f"w{k}", "sequence": text, "score": round(rng.normal(), 3), "bound": k % 2})
    return pd.DataFrame(rows)


def make(path, block: dict | None = None, **changes) -> Study:
    said = {
        "rows": {"id": "id"},
        "blocks": {
            "window": {"read": "sequence", "path": str(path), "columns": ["sequence"], **(block or {})},
            "scores": {"path": str(path)},
        },
        "target": {"path": str(path), "column": "bound", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 2}, "inner": {"folds": 2}},
        "judge": {"bootstrap": 100},
        "models": ["logistic"],
        "stability": {"curve": [], "seeds": 0},
    }
    return Study.from_mapping({**said, **changes}, folder=path.parent)


@pytest.fixture
def windows(tmp_path):
    path = tmp_path / "windows.tsv"
    table().to_csv(path, sep="\t", index=False)
    return path


# --- to the cohort ----------------------------------------------------------------------------------------


def test_a_column_becomes_a_block_and_no_feature_of_another(windows):
    cohort = load(make(windows)).cohort
    block = cohort.blocks["window"]
    assert isinstance(block, Sequences)
    assert (block.names, block.alphabet, block.stranded) == (["sequence"], "dna", True)
    assert block.frame["sequence"].tolist() == table()["sequence"].tolist()
    assert cohort.blocks["scores"].names == ["score"]
    part = cohort.rows([3, 1])
    assert isinstance(part.blocks["window"], Sequences)
    assert part.blocks["window"].frame["sequence"].tolist() == table()["sequence"].tolist()[3:0:-2]


def test_the_target_is_found_in_the_file_of_a_block_of_sequences(windows):
    study = make(windows, target={"column": "bound", "kind": "binary", "positive": 1})
    alone = study.model_copy(update={"blocks": {"window": study.blocks["window"]}})
    assert load(alone).cohort.target.sum() == N // 2


def test_two_blocks_of_one_file_read_its_text_once(windows, monkeypatch):
    from prognome.jobs import shelf

    passes = []
    real = shelf.read_batches
    monkeypatch.setattr(shelf, "read_batches", lambda source, **how: passes.append(1) or real(source, **how))
    load(make(windows))
    assert len(passes) == 1


def test_the_shelf_gives_what_the_reader_gives(windows):
    study = make(windows)
    source = block_source(study.blocks["window"], "id")
    one, other = Shelf().table("sequence", source, frozenset()), read_sequences(source)
    assert one.frame.equals(other.frame)
    assert one.ids.tolist() == other.ids.tolist()
    assert one.lines.tolist() == other.lines.tolist()


def test_fasta_is_matched_by_the_names_of_its_records(windows, tmp_path):
    records = "".join(f">{row.id} x\n{row.sequence}\n" for row in table().iloc[::-1].itertuples())
    (tmp_path / "w.fa.gz").write_bytes(gzip.compress(records.encode()))
    study = make(windows)
    spec = {"read": "sequence", "path": str(tmp_path / "w.fa.gz")}
    study = Study.from_mapping({**study.to_mapping(), "blocks": {"window": spec}})
    assert load(study).cohort.blocks["window"].frame["sequence"].tolist() == table()["sequence"].tolist()


def test_rows_left_out_need_no_sequence_and_others_do(tmp_path):
    path = tmp_path / "gaps.tsv"
    frame = table()
    frame.loc[3, "sequence"] = None
    frame.loc[5, "sequence"] = "AC*GT"
    frame.assign(bad=["x" if k in (3, 5) else "" for k in range(N)]).to_csv(path, sep="\t", index=False)
    with pytest.raises(DataError, match=r"1 sequence with what is no letter .* line 7"):
        load(make(path))
    dropped = make(path, rows={"id": "id", "drop": [{"column": "bad", "values": ["x"]}]})
    assert len(load(dropped).cohort) == N - 2


def test_a_missing_sequence_of_an_optional_block_is_an_absent_block(tmp_path):
    path = tmp_path / "gaps.tsv"
    frame = table()
    frame.loc[3, "sequence"] = None
    frame.to_csv(path, sep="\t", index=False)
    loaded = load(make(path, {"optional": True}))
    assert np.flatnonzero(~loaded.cohort.present["window"]).tolist() == [3]
    with pytest.raises(DataError, match=r"1 row without a sequence; seen: line 5"):
        load(make(path))


def test_steps_follow_the_block(windows):
    for block, said in [
        ({}, {}),
        ({"stranded": False}, {"both_strands": True}),
        ({"alphabet": "rna"}, {"alphabet": "rna"}),
    ]:
        steps = {step.name: step.params for step in resolve(make(windows, block)).prepare["window"]}
        assert steps["encode.kmer"] == said


def test_named_steps_read_the_alphabet_and_strands_of_their_block(windows):
    study = make(windows, {"stranded": False}, prepare={"window": [{"encode.kmer": {"k": [2]}}]})
    assert resolve(study).prepare["window"][0].params == {"k": [2], "both_strands": True}
    assert resolve(resolve(study)) == resolve(study)
    said = make(windows, {"stranded": False}, prepare={"window": [{"encode.kmer": {"both_strands": False}}]})
    assert resolve(said).prepare["window"][0].params == {"both_strands": False}


@pytest.mark.parametrize("step", ["encode.onehot", "impute.mode", "scale.zscore"])
def test_a_step_for_tables_does_not_meet_sequences(windows, step):
    with pytest.raises(StudyError, match=f"prepare: window: '{step}' cannot read sequences"):
        resolve(make(windows, prepare={"window": ["encode.position", step, "encode.kmer"]}))
    resolve(make(windows, prepare={"window": ["encode.kmer", step]}))


# --- guards, doctor, init ---------------------------------------------------------------------------------


def test_windows_that_overlap_are_kept_together_and_text_is_no_category(tmp_path):
    path = tmp_path / "overlap.tsv"
    frame = table()
    frame.loc[8, "sequence"] = frame.loc[2, "sequence"][10:] + letters(np.random.default_rng(9), 10)
    frame.to_csv(path, sep="\t", index=False)
    ready = prepare(make(path))
    alarms = [one for one in ready.guards if one.status == "alarm"]
    assert [(one.guard, one.where) for one in alarms] == [
        ("shared_sequences", "block window, column sequence")
    ]
    groups = ready.loaded.cohort.groups
    assert groups[2] == groups[8]


def test_a_pair_speaks_once_and_its_columns_are_not_looked_at_again(tmp_path):
    path = tmp_path / "pairs.tsv"
    frame = table().rename(columns={"sequence": "ref_sequence"})
    frame["alt_sequence"] = frame["ref_sequence"].str[:20] + "A" + frame["ref_sequence"].str[21:]
    frame.loc[8, ["ref_sequence", "alt_sequence"]] = frame.loc[2, ["ref_sequence", "alt_sequence"]].tolist()
    frame.to_csv(path, sep="\t", index=False)
    study = make(path, {"columns": {"ref": "ref_sequence", "alt": "alt_sequence"}})
    ready = prepare(study)
    told = [one for one in ready.guards if one.guard == "shared_sequences"]
    assert [one.where for one in told] == ["block window"]
    assert ready.loaded.spare == {}


def test_doctor_says_what_the_sequences_are(windows):
    lines = {check.what: check.text for check in examine(make(windows, {"stranded": False}))}
    assert lines["block window"].startswith("90 sequences of 40 letters, dna, GC ")
    assert "both strands are read alike" in lines["block window"]
    assert "about 1 MB" in lines["work"]  # 340 k-mers of 90 rows, four times over


def test_init_finds_sequences_and_writes_a_study_that_can_be_prepared(windows, tmp_path):
    inferred = infer(str(windows), "bound")
    assert inferred.id == "id"
    assert "sequences: 'sequence' holds sequences (dna, 40 letters)" in inferred.said
    out = tmp_path / "study.yaml"
    out.write_text(study_text(str(windows), "bound", inferred, out=out), encoding="utf-8")
    study = Study.from_file(out)
    assert study.blocks["sequence"].stranded is True
    assert "stranded: true               # false where" in out.read_text(encoding="utf-8")
    assert load(study).cohort.blocks["windows"].names == ["score"]


@pytest.mark.parametrize(
    ("columns", "alphabet", "blocks"),
    [
        (
            {"ref_sequence": "ACGT", "alt_sequence": "ACGT"},
            "dna",
            {"window": ["ref_sequence", "alt_sequence"]},
        ),
        ({"mut_seq": "ACGT", "wt_seq": "ACGT"}, "dna", {"window": ["wt_seq", "mut_seq"]}),
        ({"left": "ACGU"}, "rna", {"left": ["left"]}),
        ({"chain": "ACDEFGHIKLMNPQRSTVWY"}, "protein", {"chain": ["chain"]}),
    ],
)
def test_init_knows_pairs_and_alphabets(tmp_path, columns, alphabet, blocks):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {name: ["".join(rng.choice(list(said), 30)) for _ in range(60)] for name, said in columns.items()}
    )
    frame["y"] = np.arange(60) % 2
    frame.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    out = tmp_path / "study.yaml"
    out.write_text(study_text(str(tmp_path / "t.tsv"), "y", infer(str(tmp_path / "t.tsv"), "y"), out=out))
    study = Study.from_file(out)
    assert {name: list(spec.sequence_columns.values()) for name, spec in study.blocks.items()} == blocks
    assert {spec.alphabet for spec in study.blocks.values()} == {alphabet}


def test_words_are_no_sequences(patients):
    assert infer(str(patients), "ill").sequences == []


# --- to an answer -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    path = folder / "windows.tsv"
    table(300).to_csv(path, sep="\t", index=False)
    study = make(path, {"stranded": False, "aliases": {"sequence": ["site"]}})
    result = run(study, folder / "out", workers=1)
    return folder, study, result


def test_a_planted_motif_is_found(ran):
    scores = ran[2].scores
    line = scores[
        (scores["model"] == "logistic") & (scores["part"] == "cv") & (scores["metric"] == "auc_roc")
    ]
    assert float(line["value"].iloc[0]) > 0.75


def test_the_bundle_holds_how_it_was_read_and_neither_path_nor_sequence(ran):
    folder, _, _ = ran
    about = json.loads((folder / "out" / "bundle" / "about.json").read_text())
    assert about["read"]["window"] == {
        "read": "sequence",
        "id": "id",
        "columns": ["sequence"],
        "missing": about["read"]["scores"]["missing"],
        "alphabet": "dna",
        "stranded": False,
        "anchor": "centre",
    }
    text = "".join(one.read_text() for one in (folder / "out" / "bundle").glob("*.json"))
    assert not any(sequence[:20] in text for sequence in table(300)["sequence"])


def test_the_record_and_the_report_say_what_the_sequences_were(ran):
    folder, _, result = ran
    facts = result.record["cohort"]["blocks"]["window"]
    assert facts["sequences"] == {"columns": 1, "alphabet": "dna", "stranded": False, "lengths": (40.0, 40.0)}
    assert facts["categories"] == 0
    assert "dna, 40 letters, both strands" in (folder / "out" / "report.html").read_text()


def answers(ran, blocks: dict, **more) -> pd.DataFrame:
    bundle = Bundle.load(ran[0] / "out" / "bundle")
    return pd.concat(list(job.answers(bundle, job.sources_for(bundle, blocks, None, **more))))


def test_new_rows_get_the_same_answer_from_a_table_an_alias_and_fasta(ran, tmp_path):
    new = table(12, seed=7)
    new.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    new.rename(columns={"sequence": "site"}).to_csv(tmp_path / "b.tsv", sep="\t", index=False)
    (tmp_path / "c.fa").write_text(
        "".join(f">{one.id}\n{one.sequence.lower()}\n" for one in new.itertuples())
    )
    said = [
        answers(ran, {"window": str(tmp_path / name), "scores": str(tmp_path / "a.tsv")})
        for name in ("a.tsv", "b.tsv", "c.fa")
    ]
    assert said[0]["status"].tolist() == ["ok"] * 12
    for other in said[1:]:
        pd.testing.assert_frame_equal(said[0], other)


def test_a_new_row_alone_gets_the_answer_it_gets_in_a_crowd(ran, tmp_path):
    new = table(12, seed=7)
    new.to_csv(tmp_path / "all.tsv", sep="\t", index=False)
    new.iloc[[4]].to_csv(tmp_path / "one.tsv", sep="\t", index=False)
    blocks = [
        {"window": str(tmp_path / name), "scores": str(tmp_path / name)} for name in ("all.tsv", "one.tsv")
    ]
    whole, alone = answers(ran, blocks[0]), answers(ran, blocks[1])
    assert whole["p_1"].iloc[4] == pytest.approx(alone["p_1"].iloc[0], abs=1e-12)


def test_new_rows_that_do_not_fit_are_flagged_or_refused_one_by_one(ran, tmp_path):
    new = table(4, seed=7)
    new.loc[1, "sequence"] = "MKLF" * 10
    new.loc[2, "sequence"] = None
    new.loc[3, "sequence"] = new.loc[3, "sequence"] + "ACG"
    new.to_csv(tmp_path / "n.tsv", sep="\t", index=False)
    said = answers(ran, {"window": str(tmp_path / "n.tsv"), "scores": str(tmp_path / "n.tsv")})
    assert said["status"].tolist() == ["ok", "refused", "refused", "flagged"]
    assert said["reason"].iloc[1] == "block window: holds what is no letter of the alphabet dna"
    assert said["reason"].iloc[2] == "block window: no sequence"
    assert said["out_of_range"].iloc[3] == "window.sequence (length)"


def test_a_file_without_the_column_is_refused(ran, tmp_path):
    table(4).rename(columns={"sequence": "other"}).to_csv(tmp_path / "n.tsv", sep="\t", index=False)
    with pytest.raises(DataError, match="no column 'sequence' of sequences"):
        answers(ran, {"window": str(tmp_path / "n.tsv"), "scores": str(tmp_path / "n.tsv")})


def test_an_external_cohort_is_read_in_the_form_of_the_schema(ran, tmp_path):
    _, study, _ = ran
    other = table(40, seed=3)
    other["site"] = other["sequence"].where(other.index != 5, "MKLF" * 10)
    other.drop(columns="sequence").to_csv(tmp_path / "o.tsv", sep="\t", index=False)
    said = study.to_mapping()
    said["external"] = [
        {
            "name": "north",
            "blocks": {
                "window": {"path": str(tmp_path / "o.tsv")},
                "scores": {"path": str(tmp_path / "o.tsv")},
            },
            "target": {"path": str(tmp_path / "o.tsv")},
        }
    ]
    study = Study.from_mapping(said)
    cohort = load(study).cohort
    arrived = load_external(study, study.external[0], learn_schema(study, cohort), cohort.classes)
    assert isinstance(arrived.cohort.blocks["window"], Sequences)
    assert np.flatnonzero(arrived.matched.refused != "").tolist() == [5]
    said["external"][0]["blocks"]["scores"]["columns"] = ["x"]
    study, schema = Study.from_mapping(said), learn_schema(study, cohort)
    with pytest.raises(StudyError, match="'columns' belongs to a block of sequences"):
        load_external(study, study.external[0], schema, cohort.classes)


# --- windows of a reference -------------------------------------------------------------------------------


@pytest.fixture
def genome(tmp_path):
    """A contig of 2,000 letters and variants in it; the event is a variant of a C."""
    rng = np.random.default_rng(4)
    text = letters(rng, 2000)
    (tmp_path / "g.fa").write_text(f">chr5\n{text}\n", encoding="utf-8")
    at = np.sort(rng.choice(np.arange(100, 1900), 120, replace=False))
    frame = pd.DataFrame({"id": [f"v{k}" for k in range(120)], "chrom": "5", "pos": at})
    frame["ref"] = [text[k - 1] for k in at]
    frame["alt"] = frame["ref"].map(dict(zip("ACGT", "CGTA", strict=True)))
    frame["strand"] = np.where(np.arange(120) % 3, "+", "-")
    frame["bound"] = (frame["ref"] == "C").astype(int)
    frame.to_csv(tmp_path / "v.tsv", sep="\t", index=False)
    around = {"chrom": "chrom", "pos": "pos", "ref": "ref", "alt": "alt", "strand": "strand"}
    said = {
        "rows": {"id": "id"},
        "blocks": {"window": {"read": "sequence", "fasta": "g.fa", "around": around, "flank": 5}},
        "target": {"path": "v.tsv", "column": "bound", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 2}, "inner": {"folds": 2}},
        "judge": {"bootstrap": 100},
        "models": ["logistic"],
        "stability": {"curve": [], "seeds": 0},
    }
    return tmp_path, text, frame, Study.from_mapping(said, folder=tmp_path)


def test_windows_go_the_whole_way_to_a_new_patient(genome):
    folder, text, frame, study = genome
    cohort = load(study).cohort
    block = cohort.blocks["window"]
    assert block.is_pair
    plus = int(frame.index[frame["strand"] == "+"][0])
    pos = int(frame["pos"][plus])
    assert block.frame["ref"][plus] == text[pos - 6 : pos + 5]
    result = run(study, folder / "out", workers=1)
    assert {one["path"] for one in result.record["inputs"]} >= {str(folder / "g.fa")}
    bundle = Bundle.load(folder / "out" / "bundle")
    assert str(folder) not in (folder / "out" / "bundle" / "about.json").read_text()
    with pytest.raises(
        StudyError, match=r"windows that are cut from a reference, and none is given.*--fasta"
    ):
        job.sources_for(bundle, {}, str(folder / "v.tsv"))
    sources = job.sources_for(bundle, {}, str(folder / "v.tsv"), fasta=str(folder / "g.fa"))
    said = pd.concat(list(job.answers(bundle, sources)))
    assert len(said) == 120
    assert set(said["status"]) == {"ok"}
    direct = bundle.predict(cohort.ids, cohort.blocks)
    assert np.allclose(said["p_1"], direct["p_1"])


def test_the_reference_counts_in_the_fingerprint_and_its_folder_does_not(genome, tmp_path):
    from prognome.jobs.record import input_files, study_hash

    _, _, _, study = genome
    assert input_files(study)[-1].endswith("g.fa")
    elsewhere = Study.from_mapping(study.to_mapping() | {"blocks": {
        "window": {**study.to_mapping()["blocks"]["window"], "fasta": "/other/g.fa"}
    }})  # fmt: skip
    another = Study.from_mapping(study.to_mapping() | {"blocks": {
        "window": {**study.to_mapping()["blocks"]["window"], "fasta": "/other/h.fa"}
    }})  # fmt: skip
    assert study_hash(elsewhere) == study_hash(study) != study_hash(another)


# --- public data ------------------------------------------------------------------------------------------


@pytest.mark.realdata
def test_every_ref_of_brca1_agrees_with_the_slice_of_hg19_and_none_is_in_hg38(data, tmp_path):
    folder = data / "brca1_sge"
    frame = pd.read_csv(folder / "variants.tsv", sep="\t")
    frame.insert(0, "id", [f"v{k}" for k in range(len(frame))])
    frame.to_csv(tmp_path / "v.tsv", sep="\t", index=False)
    around = {"chrom": "chrom", "pos": "pos_hg19", "ref": "ref", "alt": "alt"}
    said = {
        "rows": {"id": "id"},
        "blocks": {"window": {"read": "sequence", "fasta": str(folder / "brca1_hg19.fa"), "around": around}},
        "target": {"path": "v.tsv", "column": "function_class", "kind": "multiclass"},
    }
    block = load(Study.from_mapping(said, folder=tmp_path)).cohort.blocks["window"]
    assert len(block) == 3027
    middle = block.frame["ref"].str[128].to_numpy()
    assert (middle == frame["ref"].to_numpy()).all()
    assert (block.frame["alt"].str[128].to_numpy() == frame["alt"].to_numpy()).all()
    said["blocks"]["window"]["fasta"] = str(folder / "brca1_hg38.fa")
    with pytest.raises(DataError, match="is off its contig in 3,027 rows"):
        load(Study.from_mapping(said, folder=tmp_path))


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("file", "columns", "alphabet", "rows", "letters"),
    [
        ("gue/tf_0_dev.tsv.gz", ["sequence"], "dna", 1000, {101}),
        ("mfass/variants.tsv.gz", {"ref": "ref_sequence", "alt": "alt_sequence"}, "dna", 22333, {170}),
        ("uci_splice/splice.csv", ["sequence"], "dna", 3190, {60}),
        ("mpsa/mpsa.csv.gz", ["x"], "rna", 30483, {9}),
    ],
)
def test_public_sequences_are_read_as_they_stand(data, file, columns, alphabet, rows, letters):
    spec = {"read": "sequence", "path": str(data / file), "columns": columns, "alphabet": alphabet}
    study = Study.from_mapping({"blocks": {"w": spec}, "target": {"column": "y", "kind": "number"}})
    raw = read_sequences(block_source(study.blocks["w"], None))
    assert len(raw) == rows
    assert {len(text) for name in raw.names for text in raw.frame[name]} == letters
    theirs = pd.read_csv(data / file, sep=None, engine="python")
    for ours, name in study.blocks["w"].sequence_columns.items():
        assert raw.frame[ours].to_list() == theirs[name].str.strip().tolist()
