"""An encoder file holds what builds the trunk again, and nothing else is taken for one."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save

from prognome.errors import BundleError
from prognome.nets.encoder_file import (
    CONFIGURATION,
    EncoderSpec,
    load_encoder,
    read_encoder_spec,
    save_encoder,
)

LETTERS = torch.from_numpy(np.eye(4, dtype=np.float32)[np.arange(60) % 4])[None]
KNOWN = torch.ones((1, 60), dtype=torch.bool)


@pytest.mark.parametrize("name", ["cnn", "gru", "transformer"])
def test_a_trunk_says_the_same_after_the_file(name):
    spec = EncoderSpec("dna", name, {"width": 8})
    trunk = spec.build().eval()
    data = save_encoder(trunk, spec)
    again = load_encoder(data)
    assert not again.training
    assert torch.equal(trunk(LETTERS, KNOWN), again(LETTERS, KNOWN))
    assert save_encoder(again, read_encoder_spec(data)) == data


def test_a_trunk_reads_any_length():
    trunk = EncoderSpec("dna", "cnn", {"width": 8, "depth": 2}).build().eval()
    for length in (30, 60, 61):
        said = trunk(LETTERS[:, :1].expand(1, length, 4), torch.ones((1, length), dtype=torch.bool))
        assert said.shape == (1, trunk.positions(length), 8)


def test_what_is_no_encoder_is_refused():
    spec = EncoderSpec("dna", "cnn", {"width": 8})
    data = save_encoder(spec.build(), spec)
    for broken in (b"", b"no file at all", save({"a": torch.zeros(1)}), data[: len(data) // 2]):
        with pytest.raises(BundleError):
            load_encoder(broken)


def test_weights_of_another_configuration_are_refused():
    spec = EncoderSpec("dna", "cnn", {"width": 8})
    header = {CONFIGURATION: EncoderSpec("dna", "cnn", {"width": 16}).to_json()}
    with pytest.raises(BundleError, match="do not fit"):
        load_encoder(save(dict(spec.build().state_dict()), header))


def test_a_kind_that_this_version_does_not_know_asks_for_an_update():
    header = {CONFIGURATION: json.dumps({"alphabet": "dna", "encoder": "mamba"})}
    with pytest.raises(BundleError, match="Update prognome"):
        load_encoder(save({"a": torch.zeros(1)}, header))


@pytest.mark.parametrize(
    "params",
    [
        {"width": 10**12},
        {"depth": 10**9},
        {"depth": -1},
        {"pool": 0, "width": 8},
        {"strange": 1},
        [],
        "width",
    ],
)
def test_a_configuration_that_was_tampered_with_is_refused_at_once(params):
    weights = dict(EncoderSpec("dna", "cnn", {"width": 8}).build().state_dict())
    header = {CONFIGURATION: json.dumps({"alphabet": "dna", "encoder": "cnn", "params": params})}
    with pytest.raises(BundleError):
        load_encoder(save(weights, header))


def test_a_weight_that_is_no_number_is_refused():
    spec = EncoderSpec("dna", "cnn", {"width": 8})
    weights = dict(spec.build().state_dict())
    weights["blocks.0.along.bias"] = torch.full((8,), torch.nan)
    with pytest.raises(BundleError, match="no number"):
        load_encoder(save(weights, {CONFIGURATION: spec.to_json()}))
