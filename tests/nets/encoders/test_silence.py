"""Dropout of whole features, the same for rows that are compared."""

import torch

from prognome.nets.encoders.silence import Silence, keep_together


def test_a_silenced_feature_is_silent_all_along_and_the_mean_stays():
    torch.manual_seed(0)
    said = Silence(0.25).train()(torch.ones(4000, 3, 5))
    assert (said == said[:, :1]).all()
    assert set(said.unique().tolist()) == {0.0, torch.tensor(1 / 0.75).item()}
    assert abs(said[:, 0].mean() - 1) < 0.02  # 20,000 draws: standard error .004


def test_neighbours_that_belong_together_lose_the_same():
    torch.manual_seed(0)
    holder = torch.nn.Sequential(Silence(0.5))
    keep_together(holder, 2)
    said = holder.train()(torch.ones(400, 1, 8)).view(200, 2, 8)
    assert (said[:, 0] == said[:, 1]).all()
    assert (said[0] != said[1]).any()


def test_in_evaluation_nothing_is_silenced():
    maps = torch.randn(3, 4, 5)
    assert Silence(0.9).eval()(maps) is maps
