"""Curves and seeds within bounds: whose curve is drawn, and how networks are spared."""

import json

import pandas as pd
import pytest

from prognome.core.study import Study
from prognome.jobs.assemble import candidates, resolve
from prognome.jobs.run import run
from prognome.jobs.stability import is_costly, two_points
from tests.clinic import make_study, patients_table

pytest.importorskip("torch")
MLP = {"mlp": {"epochs": 2}}


def study(tmp_path, **changes) -> Study:
    path = tmp_path / "patients.tsv"
    patients_table().to_csv(path, sep="\t", index=False)
    return make_study(path, **{"split": {"outer": {"folds": 2}, "inner": {"folds": 2}}, **changes})


def costly(one: Study) -> set[str]:
    return {candidate.label for candidate in candidates(resolve(one)) if is_costly(one, candidate)}


def test_networks_and_what_is_made_of_them_are_costly(tmp_path):
    models = ["logistic", "random_forest", {"mlp": {"label": "net"}}, "hybrid", "stack"]
    assert costly(study(tmp_path, models=models)) == {"net", "hybrid", "stack"}
    assert costly(study(tmp_path, models=["logistic", "random_forest", "stack"])) == set()
    early = {"stack": {"members": ["logistic", "random_forest"]}}
    assert costly(study(tmp_path, models=["logistic", "random_forest", "mlp", early])) == {"mlp"}
    assert costly(study(tmp_path, models=["logistic", {"fusion": {"base": "mlp"}}])) == {"fusion"}


def test_two_points_are_the_last_and_about_half():
    assert two_points([1.0, 0.75, 0.5, 0.25]) == [0.5, 1.0]
    assert two_points([0.2, 0.4]) == [0.2, 0.4]
    assert two_points([1.0]) == [1.0]


def test_a_network_is_drawn_beside_the_linear_model_with_two_points_and_its_history_is_kept(tmp_path):
    found = run(study(tmp_path, models=["logistic", MLP]), tmp_path / "out", workers=1)
    assert found.best == "logistic"
    table = pd.read_csv(tmp_path / "out" / "stability.tsv", sep="\t")
    shares = table[table["kind"] == "curve"].groupby("model")["share"].agg(lambda s: sorted(set(s)))
    assert shares.to_dict() == {"logistic": [0.25, 0.5, 0.75, 1.0], "mlp": [0.5, 1.0]}
    assert set(table.loc[table["kind"] == "seed", "model"]) == {"logistic"}
    scores = found.scores
    whole = scores[(scores["model"] == "mlp") & (scores["metric"] == "auc_roc") & scores["fold"].notna()]
    last = table[(table["model"] == "mlp") & (table["share"] == 1.0)]
    # the ranking of a fold does not change by recalibration that keeps order
    assert sorted(last["value"]) == pytest.approx(sorted(whole["value"].astype(float)))

    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["stability"]["left_out"] == (
        "To save time the learning curve of mlp has two points alone; stability: {costly: full} asks for all."
    )
    assert "Beside it mlp: from 50" in record["stability"]["curve"]

    history = pd.read_csv(tmp_path / "out" / "training.tsv", sep="\t")
    assert set(history["model"]) == {"mlp"}
    assert history.groupby("fold")["epoch"].apply(list).to_dict() == {1: [1, 2], 2: [1, 2]}
    assert history.groupby("fold")["best"].sum().tolist() == [1, 1]
    page = (tmp_path / "out" / "report.html").read_text()
    assert 'id="training"' in page


def test_full_spares_nobody(tmp_path):
    asked = {"curve": [0.5, 0.75, 1.0], "seeds": 1, "costly": "full"}
    found = run(study(tmp_path, models=[{"mlp": {"epochs": 1}}], stability=asked), workers=1)
    table = found.judgement.stability
    assert set(table.loc[table["model"] == "mlp", "share"]) == {0.5, 0.75, 1.0}
    assert found.judgement.left_out == ""
