"""Fusion: optional blocks, their learned stand-in and flags."""

import numpy as np
import pytest
import torch

from prognome.nets.network import Network
from prognome.nets.rows import Rows
from prognome.nets.spec import Input, NetworkSpec

SPEC = NetworkSpec(
    (Input("window", "sequence", 30, "dna", optional=True), Input("labs", "table", 3, optional=True)),
    encoder_params={"width": 4},
    table_layers=(5,),
    block_dropout=0.5,
)


def batch(n=8, window=True, labs=True):
    rng = np.random.default_rng(0)
    blocks = {
        "window": rng.integers(0, 4, (n, 30), dtype=np.uint8),
        "labs": rng.normal(size=(n, 3)).astype(np.float32),
    }
    return Rows(blocks, {"window": np.full(n, window), "labs": np.full(n, labs)}).tensors()


def network():
    torch.manual_seed(0)
    made = Network(SPEC).eval()
    with torch.no_grad():
        made.absent["block0"].normal_()
    return made


def test_rows_without_a_block_get_the_learned_vector_and_a_flag():
    made = network()
    fused = made.fused(batch(window=False))
    width = len(made.absent["block0"])
    assert (fused[:, :width] == made.absent["block0"]).all()
    assert (fused[:, -2] == 1).all()
    assert (fused[:, -1] == 0).all()


def test_what_stands_in_an_absent_block_is_never_read():
    made, one, other = network(), batch(window=False), batch(window=False)
    other["window"] = (other["window"] + 1) % 4
    torch.testing.assert_close(made(one), made(other), atol=0, rtol=0)
    one["present:window"] = other["present:window"] = torch.ones(8, dtype=torch.bool)
    assert (made(one) != made(other)).any()


def test_all_rows_of_all_blocks_absent_is_an_answer():
    said = network()(batch(window=False, labs=False))
    assert torch.isfinite(said).all()
    # the product of a few rows may be added up in another order for each; see prognome.nets.say.in_pieces
    torch.testing.assert_close(said, said[:1].expand_as(said), atol=1e-6, rtol=0)


def test_blocks_are_hidden_in_training_only_as_often_as_asked():
    made = network().train()
    torch.manual_seed(0)
    fused = made.fused(batch(4000))
    assert abs(fused[:, -1].mean() - 0.5) < 0.04  # standard error .008
    assert not made.eval().fused(batch(4000))[:, -2:].any()


@pytest.mark.parametrize("head", [(), (7,), (7, 3)])
def test_any_number_of_head_layers(head):
    made = Network(NetworkSpec(SPEC.inputs, head_layers=head, outputs=3)).eval()
    assert made(batch()).shape == (8, 3)
    assert made.deep_features(batch()).shape[0] == 8


def test_names_of_blocks_may_hold_anything():
    block = Input("a.b c", "table", 3)
    assert Network(NetworkSpec((block,))).eval()({"a.b c": torch.zeros(2, 3)}).shape == (2, 2)
