"""Networks, hybrids and fusion named in a study: built, judged, kept in a bundle that answers alike."""

import builtins
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from prognome.core.bundle import Bundle
from prognome.core.study import Study
from prognome.errors import BundleError, StudyError
from prognome.jobs.assemble import candidates, holds_training_rows, ordered_blocks
from prognome.jobs.predict import predict, sources_for
from prognome.jobs.run import learn_schema, prepare, run
from prognome.model import network
from prognome.model.catalog import MODELS
from prognome.validate.evaluate import refit
from tests.clinic import make_study

N = 80
SMALL = {"epochs": 2, "width": 8, "depth": 1, "head_layers": [8], "table_layers": [8]}
MODEL_LINES = {
    "cnn": {"cnn": SMALL},
    "hybrid": {"hybrid": {"network_params": SMALL, "forest_params": {"n_estimators": 10}}},
    "fusion": {"fusion": {"sequence_base": "cnn", "sequence_params": {**SMALL}}},
    "mlp": {"mlp": {"epochs": 2, "table_layers": [8], "head_layers": [8]}},
}


def variants(n: int = N, seed: int = 0) -> pd.DataFrame:
    """Windows of reference and alternative, two scores, one of which matters."""
    rng = np.random.default_rng(seed)
    ref = rng.choice(list("ACGT"), (n, 21))
    alt = ref.copy()
    alt[:, 10] = rng.choice(list("ACGT"), n)
    frame = pd.DataFrame({"id": [f"v{k}" for k in range(n)]})
    frame["ref_window"] = ["".join(row) for row in ref]
    frame["alt_window"] = ["".join(row) for row in alt]
    frame["cadd"], frame["phylop"] = rng.normal(size=n).round(3), rng.normal(size=n).round(3)
    frame["broken"] = (frame["cadd"] + (alt[:, 10] == "G") + 0.5 * rng.normal(size=n) > 0).astype(int)
    return frame


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "variants.tsv"
    variants().to_csv(path, sep="\t", index=False)
    return path


def window_study(path, **changes) -> Study:
    pair = {"ref": "ref_window", "alt": "alt_window"}
    said = {
        "rows": {"id": "id"},
        "blocks": {
            "window": {"read": "sequence", "path": str(path), "columns": pair},
            "scores": {"path": str(path), "columns": ["cadd", "phylop"]},
        },
        "target": {"path": str(path), "column": "broken", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 2}, "inner": {"folds": 2}},
        "judge": {"bootstrap": 100, "calibrate": "none"},
        "stability": {"curve": [], "seeds": 0},
        "seed": 3,
    }
    return Study.from_mapping({**said, **changes}, folder=path.parent)


def built(study, label):
    return next(one for one in candidates(study) if one.label == label).estimator


def test_a_model_that_reads_cohorts_is_told_its_blocks_its_steps_and_its_signals(table):
    study = window_study(table, models=[MODEL_LINES["cnn"], {"mlp": {"epochs": 1}}])
    cnn, mlp = built(study, "cnn"), built(study, "mlp")
    assert cnn.blocks == ["window", "scores"]
    assert list(cnn.prepare.steps) == ["scores"]
    assert cnn.signals == []
    assert mlp.blocks == ["scores"]


def test_ordered_tables_are_signals_and_a_vcf_is_ordered_by_itself(patients):
    genes = {"path": str(patients), "columns": ["g*"], "ordered": True}
    clinical = {"path": str(patients), "columns": ["age"]}
    study = make_study(patients, blocks={"clinical": clinical, "genes": genes}, models=["lstm", "hybrid"])
    assert ordered_blocks(study) == ["genes"]
    assert built(study, "lstm").signals == built(study, "hybrid").signals == ["genes"]
    calls = {"read": "vcf", "path": "calls.vcf"}
    both = {"calls": calls, "others": {**calls, "ordered": False}}
    assert ordered_blocks(make_study(patients, blocks=both)) == ["calls"]


@pytest.mark.parametrize("model", ["cnn", "lstm", "gru", "transformer", {"hybrid": {"encoder": "cnn"}}])
def test_without_an_order_it_fails_before_any_work(patients, model):
    with pytest.raises(StudyError, match="no block of the study has such") as told:
        candidates(make_study(patients, models=[model]))
    assert "ordered: true" in str(told.value)


def test_a_hybrid_without_an_order_reads_its_tables(patients):
    assert built(make_study(patients, models=["hybrid"]), "hybrid").encoder == "auto"


def test_fusion_of_one_block_is_refused(patients):
    one = {"genes": {"path": str(patients), "columns": ["g*"]}}
    with pytest.raises(StudyError, match="at least 2 blocks"):
        candidates(make_study(patients, blocks=one, models=["fusion", "logistic"]))


def test_a_sequence_cannot_be_ordered(table):
    block = {"read": "sequence", "path": str(table), "columns": ["ref_window"], "ordered": True}
    with pytest.raises(StudyError, match="ordered belongs to read: table"):
        window_study(table, blocks={"window": block}, models=["cnn"])


def test_steps_that_keep_training_rows_are_known_of_networks_too(table):
    study = window_study(table, models=["cnn"], prepare={"scores": ["impute.knn", "scale.zscore"]})
    assert holds_training_rows(study, "cnn")
    assert not holds_training_rows(window_study(table, models=["cnn"]), "cnn")


def keep(study, label, folder) -> Bundle:
    """The bundle of one model of a study, written to an empty folder."""
    ready = prepare(study)
    cohort = ready.loaded.cohort
    one = next(one for one in ready.candidates if one.label == label)
    learned = refit(one, cohort, np.arange(len(cohort)), ready.rules)
    read = {name: {"id": "id", **spec.model_dump()} for name, spec in study.blocks.items()}
    about = {"read": read, "versions": {}}
    made = Bundle(learned.fitted, learn_schema(study, cohort), learned.rule, "binary", ("0", "1"), about)
    folder.mkdir()
    made.save(folder)
    return made


def test_wherever_there_are_sequences_their_kmers_stand_to_be_beaten(table, patients):
    found = {one.label: one for one in candidates(window_study(table, models=["cnn"]))}
    assert found["kmer"].baseline
    assert found["kmer"].reluctant
    assert found["kmer"].estimator.blocks == ["window"]
    named = {one.label: one for one in candidates(window_study(table, models=["cnn", "kmer"]))}
    assert not named["kmer"].baseline
    assert "kmer" not in {one.label for one in candidates(make_study(patients))}
    with pytest.raises(StudyError, match="is taken by prognome"):
        window_study(table, models=[{"cnn": {"label": "kmer"}}])


@pytest.mark.parametrize("label", list(MODEL_LINES))
def test_the_bundle_answers_as_the_model_did(label, table, tmp_path):
    made = keep(window_study(table, models=[MODEL_LINES[label]]), label, tmp_path / "bundle")
    new = tmp_path / "new.tsv"
    variants(30, seed=5).drop(columns="broken").to_csv(new, sep="\t", index=False)
    blocks = {"window": str(new), "scores": str(new)}
    blocks = {name: path for name, path in blocks.items() if name in made.about["read"]}
    for bundle, name in ((made, "first.tsv"), (Bundle.load(tmp_path / "bundle"), "second.tsv")):
        predict(bundle, sources_for(bundle, blocks, None), tmp_path / name)
    assert (tmp_path / "first.tsv").read_bytes() == (tmp_path / "second.tsv").read_bytes()
    said = pd.read_csv(tmp_path / "second.tsv", sep="\t")
    assert said["p_1"].between(0, 1).all()
    assert said["p_1"].nunique() > 5


def test_a_network_that_was_trained_on_a_gpu_answers_on_a_machine_without_one(table, tmp_path):
    made = keep(window_study(table, models=[MODEL_LINES["cnn"]]), "cnn", tmp_path / "bundle")
    cohort = prepare(window_study(table, models=[MODEL_LINES["cnn"]])).loaded.cohort
    bundle = Bundle.load(tmp_path / "bundle")
    bundle.pipeline.set_params(device="cuda")  # what it was trained on is not asked when it answers
    np.testing.assert_array_equal(bundle.pipeline.predict_proba(cohort), made.pipeline.predict_proba(cohort))


def test_a_stack_trains_no_network_that_the_study_would_not_train_anyway(table, monkeypatch):
    trained = []
    real = network.train
    monkeypatch.setattr(network, "train", lambda *args, **more: trained.append(1) or real(*args, **more))
    forest = {"random_forest": {"n_estimators": 10, "blocks": ["scores"]}}
    done = run(window_study(table, models=[MODEL_LINES["cnn"], forest, "stack"]), None, workers=1)
    assert not done.evaluation.failures
    kept = done.evaluation.best in ("cnn", "stack")
    assert (
        len(trained) == 2 * (2 + 1) + (2 + 1) * kept
    )  # outer folds by inner fits and a final one; the refit


def test_listing_and_help_load_no_torch():
    code = (
        "import sys, prognome.cli.main as m\n"
        "from prognome.model.catalog import MODELS\n"
        "from prognome.cli.listing import _lines\n"
        "assert {'cnn', 'hybrid', 'fusion'} <= {one['name'] for one in _lines('models')}\n"
        "import prognome.model.fusion, prognome.jobs.assemble\n"
        "assert not {'torch', 'skorch', 'safetensors'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture
def without_torch(monkeypatch):
    """As on a machine where the extra is not installed."""
    gone = ("torch", "skorch", "safetensors")
    for name in list(sys.modules):
        if name.startswith(("prognome.nets", "prognome.model.network", "prognome.model.hybrid")):
            monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.split(".")[0] in gone:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.parametrize("name", ["mlp", "cnn", "lstm", "gru", "transformer", "hybrid"])
def test_without_the_extra_the_study_is_told_which_one(name, without_torch):
    with pytest.raises(StudyError, match=r"pip install 'prognome\[deep\]'"):
        MODELS.find(name, where="models").load()


def test_without_the_extra_a_bundle_says_which_one(table, tmp_path, request):
    keep(window_study(table, models=[MODEL_LINES["cnn"]]), "cnn", tmp_path / "bundle")
    request.getfixturevalue("without_torch")
    with pytest.raises(BundleError, match=r"prognome\[deep\]"):
        Bundle.load(tmp_path / "bundle")
