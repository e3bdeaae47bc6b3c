"""The populations of the coverage simulation: their analytic truth is what a large sample measures."""

import json

import numpy as np
import pytest

from benchmarks.coverage import ALL_WORLDS, PARTS, PLANS, WORLDS, Setting, main, simulate
from benchmarks.coverage_forests import Forest
from benchmarks.coverage_page import chance_of_a_miss, write_page
from benchmarks.coverage_sites import LEFT_OUT
from prognome.core.judged import Judged
from prognome.core.metrics import METRICS


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", ["two classes, AUC .80", "two classes, AUC .96", "numbers"])
def test_the_truth_of_a_fitted_model_is_what_a_large_sample_measures(name, grouped):
    world = WORLDS[name]
    rng = np.random.default_rng(3)
    few, many = world.draw(rng, 100, grouped=False), world.draw(rng, 200_000, grouped=grouped)
    beta = world.fit(few.x, few.y)
    judged = Judged(many.y, world.said(beta, many.x))
    once = np.ones((1, 200_000))
    truth = {**world.truth(beta), **world.pooled([beta])}
    assert len(truth) >= 8
    for figure, value in truth.items():
        measured = METRICS[figure].weighted(judged, once)[0]
        assert measured == pytest.approx(value, abs=0.02, rel=0.015), figure


def test_families_go_together_and_rows_alone_do_not():
    for name in ("two classes, AUC .80", "numbers", "three classes"):
        drawn = WORLDS[name].draw(np.random.default_rng(1), 50_000, grouped=True)
        y = drawn.y.reshape(-1, 5).astype(float)
        assert np.corrcoef(y[:, 0], y[:, 1])[0, 1] > 0.2
        alone = WORLDS[name].draw(np.random.default_rng(1), 50_000, grouped=False).y.reshape(-1, 5)
        assert abs(np.corrcoef(alone[:, 0].astype(float), alone[:, 1])[0, 1]) < 0.03


@pytest.mark.parametrize("part", PARTS)
def test_a_few_studies_of_every_part_are_counted(part):
    counts = simulate(Setting("numbers", 80, part, True), 4, 100, naive=True)
    assert counts["r2"]["replicates"] == 4
    assert 0 <= counts["r2"]["shown"] <= 1
    assert counts["within_20_percent"]["Wald"] is not None


@pytest.mark.parametrize(
    "name", ["two classes, sites differ", "two classes, sites alike", "numbers, sites differ"]
)
def test_the_truth_over_sites_is_the_mean_over_many_sites(name):
    world, rows, sites = ALL_WORLDS[name], 40, 5_000
    rng = np.random.default_rng(4)
    few, many = world.draw(rng, 200, grouped=True), world.draw(rng, rows * sites, grouped=True)
    beta = world.fit(few.x, few.y)
    said, truth = world.said(beta, many.x), world.truth(beta)
    # figures that forty rows do not bias; with them all numbers of a site are tested
    for figure in {"binary": ("accuracy", "log_loss", "brier"), "number": ("mae", "mse", "bias")}[world.kind]:
        each = [
            METRICS[figure].weighted(Judged(many.y[at], said[at]), np.ones((1, rows)))[0]
            for at in np.arange(rows * sites).reshape(sites, rows)
        ]
        error = np.std(each) / np.sqrt(sites)
        assert abs(np.mean(each) - truth[figure]) < 4 * error, figure
    for figure, value in world.pooled([beta]).items():
        measured = METRICS[figure].weighted(Judged(many.y, said), np.ones((1, len(many.y))))[0]
        assert measured == pytest.approx(value, abs=0.04), figure


def test_the_truth_of_a_forest_is_what_a_large_sample_measures():
    world, rng = Forest(), np.random.default_rng(5)
    few, many = world.draw(rng, 160, grouped=False), world.draw(rng, 50_000, grouped=False)
    model = world.fit(few.x, few.y)
    assert (world.said(model, few.x).argmax(1) == few.y).all()
    judged = Judged(many.y, world.said(model, many.x))
    truth = {**world.truth(model), **world.pooled([model])}
    assert len(truth) == 14
    for figure, value in truth.items():
        measured = METRICS[figure].weighted(judged, np.ones((1, 50_000)))[0]
        assert measured == pytest.approx(value, abs=0.02, rel=0.02), figure


@pytest.mark.parametrize("name", ["two classes, sites differ", "numbers, sites differ"])
def test_a_site_left_out_is_a_fold_and_its_title_says_how_many(name):
    setting = Setting(name, 200, LEFT_OUT, True)
    assert setting.title == f"{name}; n = 200; one site left out; 5 sites of 40"
    counts = simulate(setting, 2, 100, naive=False)
    assert any("each a site never seen" in one["method"] for one in counts.values())


def test_every_setting_is_planned_once_and_titles_that_were_counted_stay():
    titles = [setting.title for plan in PLANS for setting in plan.settings()]
    # 4 populations × 2 sizes × 3 parts × 2, the same × 2 parts; 8 and 2 of sites; 4 of forests
    assert len(titles) == len(set(titles)) == 48 + 32 + 8 + 2 + 4
    assert titles[0] == "two classes, AUC .80; n = 200; cv; rows alone"
    assert "numbers; n = 2,000; test; families of five" in titles


def test_misses_that_chance_alone_makes_are_those_of_the_binomial():
    # R 4.2.2: 1 - pbinom(388, 400, .95) + pbinom(371, 400, .95), and with .94
    assert chance_of_a_miss(400, 0.95) == pytest.approx(0.04975098697, rel=1e-8)
    assert chance_of_a_miss(400, 0.94) == pytest.approx(0.1726260767, rel=1e-8)


def test_counts_of_two_files_become_one_page(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.coverage.ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    shown = {"numbers; n = 200; cv; rows alone": 0.95, "numbers; n = 500; cv; rows alone": 0.90}
    for at, (title, share) in enumerate(shown.items()):
        figure = {"replicates": 400, "truth": 1.0, "shown": share, "expectation": 0.9, "below": 0.02,
                  "above": 0.03, "method": "jackknife"}  # fmt: skip
        one = {"world": "numbers", "n": (200, 500)[at], "part": "cv", "grouped": False}
        (tmp_path / f"{at}.json").write_text(json.dumps({title: {**one, "metrics": {"mae": figure}}}))
    assert main(["--keep", str(tmp_path / "0.json"), "--merge", str(tmp_path / "1.json")]) == 0
    kept = json.loads((tmp_path / "0.json").read_text())
    assert set(kept) == set(shown)
    page = (tmp_path / "docs" / "coverage.md").read_text()
    assert page == write_page(kept)
    assert "1 of 2 intervals were counted between 93 and 97 %; the others (1) stand below" in page
    assert "| numbers, n = 500, cv, alone | mae | 400 | 0.900 | yes |" in page
