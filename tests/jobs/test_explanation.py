"""Markers of the best model: planted truth, models as judged, unseen rows, files beside, who is spared."""

import json

import numpy as np
import pandas as pd
import pytest

from prognome.core.bundle import Bundle
from prognome.core.study import Study
from prognome.errors import DataError, StudyError
from prognome.jobs.predict import answers, sources_for
from prognome.jobs.reasons import Reasons
from prognome.jobs.run import run

QUICK = {"curve": [], "seeds": 0, "blocks": False}


def make(tmp_path, *, rows=240, planted=True, **changes) -> Study:
    """``s``, its near copy ``s2`` and level b of ``kind`` decide; of the dose ``x`` and ``y`` together."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"id": [f"P{k}" for k in range(rows)]})
    for name in ("s", "x", "y", "n1", "n2", "n3", "n4"):
        frame[name] = rng.normal(0, 1, rows).round(4)
    frame["s2"] = (frame["s"] + rng.normal(0, 0.2, rows)).round(4)
    frame["kind"] = rng.choice(["a", "b", "c"], rows)
    logit = 2 * frame["s"] + 1.5 * (frame["kind"] == "b") - 0.5 if planted else 0.0
    frame["ill"] = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    frame["dose"] = (3 * np.sign(frame["x"] * frame["y"]) + rng.normal(0, 0.3, rows)).round(4)
    path = tmp_path / "table.tsv"
    frame.to_csv(path, sep="\t", index=False)
    said = {
        "rows": {"id": "id"},
        "blocks": {"all": {"path": str(path), "columns": ["s", "s2", "x", "y", "n*", "kind"]}},
        "target": {"path": str(path), "column": "ill", "kind": "binary", "positive": 1},
        "split": {"outer": {"folds": 4}, "inner": {"folds": 2}},
        "judge": {"bootstrap": 100},
        "stability": QUICK,
        "explain": {"top": 4},
        "models": ["logistic"],
        "seed": 2,
    }
    return Study.from_mapping({**said, **changes}, folder=tmp_path)


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    folder = tmp_path_factory.mktemp("linear")
    return folder, run(make(folder), folder / "out", workers=1)


def test_planted_columns_lead_and_levels_of_a_category_are_one_marker(linear):
    _, result = linear
    table = result.markers.set_index("feature")
    assert set(result.markers["feature"].head(3)) == {"all:s", "all:s2", "all:kind"}
    assert len(table) == 9
    assert table.loc["all:s", "direction"] == "+"
    assert table.loc["all:s", "top"] == table.loc["all:s", "folds"] == 4  # no other seeds: nothing is drawn


def test_copies_share_a_cluster_and_are_worth_more_together_than_each_alone(linear):
    table = linear[1].markers.set_index("feature")
    assert table.loc["all:s", "cluster"] == table.loc["all:s2", "cluster"]
    together = table.loc["all:s", "cluster_drop"]
    assert together > table.loc[["all:s", "all:s2"], "drop"].max() + 0.02
    assert "2 of 4 have neighbours" in " ".join(linear[1].record["explanation"]["sentences"])


def test_parts_are_those_of_the_models_that_judged_on_the_rows_they_judged(linear):
    """Base and parts of a row are the log odds that predictions.tsv has of it, before recalibration."""
    folder, result = linear
    said = result.predictions
    said = said[(said["model"] == "logistic") & (said["part"] == "cv")]
    spread = pd.read_csv(folder / "out" / "marker_spread.tsv", sep="\t")
    assert spread.groupby("feature")["rows"].sum().eq(len(said)).all()
    log_odds = np.log(said["s_1"] / said["s_0"]).to_numpy()
    table = result.markers
    # |log odds - base| is never more than the sum of all |parts|: mean against mean
    assert np.abs(log_odds - log_odds.mean()).mean() <= table["shap"].sum() + 0.2
    assert result.record["explanation"]["error"] < 1e-12
    assert result.record["explanation"]["unit"] == "log-odds"


def test_the_panel_is_small_and_ranked_by_training_rows(linear):
    folder, result = linear
    panel = pd.read_csv(folder / "out" / "panel.tsv", sep="\t")
    assert panel["size"].tolist() == [1, 2, 3, 5, 9]
    assert result.record["explanation"]["panel"]["smallest"] <= 3
    whole = result.scores.query("model == 'logistic' and metric == 'auc_roc' and fold.isna()")["value"].iloc[
        0
    ]
    assert panel["mean"].iloc[-1] == pytest.approx(
        whole, abs=1e-12
    )  # all columns: the model as it was judged


def test_without_signal_no_marker_is_beyond_doubt_nor_overlooked(tmp_path):
    result = run(make(tmp_path, planted=False, explain=True, judge={"primary": "brier"}), None, workers=1)
    assert not len(result.markers) or (
        not (result.markers["drop_low"] > 0).any() and not (result.markers["overlooked"] == "yes").any()
    )


def of_the_dose(tmp_path, model, **explain) -> Study:
    """The dose hangs on the sign of x · y: neither tells anything alone."""
    table = str(tmp_path / "table.tsv")
    return make(
        tmp_path,
        rows=400,
        target={"path": table, "column": "dose", "kind": "number"},
        blocks={"all": {"path": table, "columns": ["x", "y", "n1", "n2"]}},
        models=[model],
        judge={"bootstrap": 100, "primary": "r2"},
        explain={"top": 4, **explain},
    )


def test_a_forest_names_the_pair_that_a_plain_test_overlooks(tmp_path):
    out = tmp_path / "out"
    study = of_the_dose(tmp_path, {"random_forest": {"n_estimators": 60, "max_features": 1.0}})
    result = run(study, out, workers=1)
    assert result.best == "random_forest"
    table = result.markers.set_index("feature")
    assert set(result.markers["feature"].head(2)) == {"all:x", "all:y"}
    assert (table.loc[["all:x", "all:y"], "overlooked"] == "yes").all()
    pairs = pd.read_csv(out / "marker_pairs.tsv", sep="\t")
    assert (pairs.loc[0, "a"], pairs.loc[0, "b"]) == ("all:x", "all:y")
    assert pairs.loc[0, "strength"] > 5 * pairs.loc[1, "strength"]
    assert result.record["explanation"]["seeds"] == 2
    assert table.loc["all:x", "folds"] == 6


def test_a_model_without_parts_is_weighed_by_shuffling_and_gives_no_reasons(tmp_path):
    result = run(of_the_dose(tmp_path, "svm", seeds=0, repeats=2), tmp_path / "out", workers=1)
    assert result.best == "svm"
    assert result.markers["shap"].isna().all()
    assert set(result.markers["feature"].head(2)) == {"all:x", "all:y"}
    assert (result.markers["drop_low"].head(2) > 0).all()
    assert result.record["explanation"]["panel"] is None
    assert "has no exact parts" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    with pytest.raises(StudyError, match="no exact parts"):
        Reasons.of(result.bundle)


def test_workers_do_not_change_markers(linear, tmp_path):
    again = run(make(tmp_path), None, workers=2)
    pd.testing.assert_frame_equal(again.markers, linear[1].markers)


def test_explain_false_asks_nothing(tmp_path):
    result = run(make(tmp_path, explain=False), tmp_path / "out", workers=1)
    assert result.markers.empty
    assert not (tmp_path / "out" / "markers.tsv").exists()
    assert 'id="markers"' not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_gene_sets_and_annotation_stand_beside_the_markers(tmp_path):
    (tmp_path / "sets.gmt").write_text("S\tnone\ts\ts2\tn1\tn2\tn3\nN\tnone\tn1\tn2\tn3\tn4\tx\n")
    (tmp_path / "genes.tsv").write_text("gene\twhat\ns\tkinase\n")
    asked = {"top": 2, "pathways": "sets.gmt", "annotation": {"path": "genes.tsv", "column": "gene"}}
    out = tmp_path / "out"
    result = run(make(tmp_path, explain=asked), out, workers=1)
    table = result.markers.set_index("feature")
    assert table.loc["all:s", "what"] == "kinase"
    sets = pd.read_csv(out / "pathways.tsv", sep="\t").set_index("pathway")
    assert sets.loc["S", "markers"] == len({"all:s", "all:s2"} & set(result.markers["feature"].head(2)))
    assert len(json.loads((out / "run.json").read_text())["inputs"]) == 3  # with their checksums


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"pathways": "sets.gmt"}, "explain.pathways"),
        ({"annotation": {"path": "genes.tsv", "column": "gene"}}, "explain.annotation"),
    ],
)
def test_names_that_no_column_has_are_refused_before_any_work(tmp_path, asked, where):
    (tmp_path / "sets.gmt").write_text("S\tnone\tTP53\tBRCA1\n")
    (tmp_path / "genes.tsv").write_text("gene\twhat\nTP53\tkinase\n")
    told = []
    with pytest.raises(DataError, match=where):
        run(make(tmp_path, explain=asked), tmp_path / "out", workers=1, say=told.append)
    assert "judging models" not in told
    assert not (tmp_path / "out").exists()


def test_reasons_of_one_row_add_up_to_what_the_bundle_says(linear, tmp_path):
    folder, _ = linear
    bundle = Bundle.load(folder / "out" / "bundle")
    told = []
    new = pd.read_csv(folder / "table.tsv", sep="\t", dtype=str).head(6).drop(columns=["ill", "dose"])
    new.loc[1, "s"] = ""
    new.to_csv(tmp_path / "new.tsv", sep="\t", index=False)
    sources = sources_for(bundle, {}, str(tmp_path / "new.tsv"))
    (table,) = answers(bundle, sources, reasons=Reasons.of(bundle, top=9), told=told.append)
    (reasons,) = told
    whole = reasons.groupby("row").agg(part=("part", "sum"), base=("base", "first"), said=("said", "first"))
    np.testing.assert_allclose(whole["base"] + whole["part"], whole["said"], atol=1e-10)
    assert reasons["error"].max() < 1e-12
    first = reasons.query("row == 'P0' and rank == 1").iloc[0]
    name = first["feature"].removeprefix("all:")
    assert table["reasons"].iloc[0].startswith(f"{name}={first['value']} ({first['part']:+.3g}); ")
    assert reasons.query("row == 'P1' and feature == 'all:s'")["value"].tolist() == ["missing"]


def test_a_fault_of_the_explanation_costs_nothing_else(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise ValueError("no tree")

    monkeypatch.setattr("prognome.jobs.explanation.explain", fail)
    result = run(make(tmp_path), tmp_path / "out", workers=1)
    assert result.record["explanation"]["left_out"].startswith(
        "The best model could not be explained: ValueErr"
    )
    assert "All other figures stand" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert len(result.scores)
