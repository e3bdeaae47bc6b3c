"""The populations of the coverage simulation: their analytic truth is what a large sample measures."""

import numpy as np
import pytest

from benchmarks.coverage import PARTS, WORLDS, Setting, simulate
from prognome.core.metrics import METRICS, Judged


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
