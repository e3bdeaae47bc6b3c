"""Networks as files: the same bits come back, and a file that was tampered with is refused cheaply."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from prognome.errors import BundleError
from prognome.nets.network import Network
from prognome.nets.saved import CONFIGURATION, load_network, save_network
from prognome.nets.say import say
from prognome.nets.training import Training, train
from tests.nets.windows import one_block, planted, spec_of

CODES, EVENT = planted(60, 60, 0)


def network(encoder="cnn", **params):
    torch.manual_seed(0)
    return Network(spec_of(60, encoder, stranded=False, params={"width": 8, **params})).eval()


DATA = save_network(network())


def rewritten(change_spec=lambda spec: spec, change_tensors=lambda tensors: tensors):
    """The file with another configuration or other weights, well-formed."""
    spec = json.loads(network().spec.to_json())
    return save(change_tensors(load(DATA)), {CONFIGURATION: json.dumps(change_spec(spec))})


@pytest.mark.parametrize("encoder", ["cnn", "lstm", "gru", "transformer"])
def test_a_trained_network_answers_with_the_same_bits_after_its_file(encoder):
    spec = spec_of(60, encoder, stranded=False, params={"width": 8})
    done = train(spec, one_block(CODES), EVENT, np.arange(10), Training(epochs=2), seed=1)
    data = save_network(done.network)
    again = load_network(data)
    assert again.spec == spec
    assert not again.training
    np.testing.assert_array_equal(say(again, one_block(CODES)), say(done.network, one_block(CODES)))
    assert save_network(again) == data


@pytest.mark.parametrize("cut", [0, 4, 8, 100, len(DATA) - 1])
def test_a_file_that_was_cut_short_is_refused(cut):
    with pytest.raises(BundleError):
        load_network(DATA[:cut])


def test_a_header_of_endless_length_is_refused():
    with pytest.raises(BundleError):
        load_network((2**63).to_bytes(8, "little") + DATA[8:])


def test_a_header_of_endless_depth_is_refused():
    header = b'{"__metadata__":' + b"[" * 100_000
    with pytest.raises(BundleError):
        load_network(len(header).to_bytes(8, "little") + header)


def test_a_pickle_is_refused():
    import pickle

    with pytest.raises(BundleError):
        load_network(pickle.dumps({"weights": 1}))


def test_a_file_of_somebody_else_is_refused():
    with pytest.raises(BundleError, match="saved here"):
        load_network(save({"weight": torch.zeros(3)}, {"other": "{}"}))


def _params(**changed):
    return lambda spec: {**spec, "encoder_params": {**spec["encoder_params"], **changed}}


@pytest.mark.parametrize(
    "change",
    [
        _params(width=16),
        _params(width=10**12),
        _params(width="8"),
        _params(width=-8),
        _params(depth=10**9),
        _params(depth=3),
        _params(kernel=10**12),
        _params(pool=0),
        _params(strange=1),
        lambda spec: {**spec, "encoder": "os.system"},
        lambda spec: {**spec, "encoder_params": []},
        lambda spec: {**spec, "head_layers": [10**12]},
        lambda spec: {**spec, "outputs": 10**15},
        lambda spec: {**spec, "strange": 1},
        lambda spec: {**spec, "inputs": [{**spec["inputs"][0], "length": 10**12}]},
        lambda spec: {**spec, "inputs": [{**spec["inputs"][0], "alphabet": "klingon"}]},
        lambda spec: {**spec, "inputs": [{**spec["inputs"][0], "kind": "table"}]},
        lambda spec: {**spec, "inputs": spec["inputs"] * 2},
        lambda spec: [],
    ],
)
def test_a_configuration_that_does_not_fit_is_refused_at_once(change):
    began = time.process_time()
    with pytest.raises(BundleError):
        load_network(rewritten(change))
    assert time.process_time() - began < 2


def test_weights_of_another_shape_kind_or_name_or_that_are_no_numbers_are_refused():
    def changed(**tensors):
        return lambda old: {**old, **{name.replace("__", "."): one for name, one in tensors.items()}}

    for change in (
        changed(answer__bias=torch.zeros(3)),
        changed(answer__bias=torch.zeros(2, dtype=torch.float64)),
        changed(answer__bias=torch.tensor([0.0, torch.nan])),
        changed(strange=torch.zeros(2)),
        lambda old: {name: one for name, one in old.items() if name != "answer.bias"},
    ):
        with pytest.raises(BundleError):
            load_network(rewritten(change_tensors=change))


def test_the_untouched_rewritten_file_is_read():
    loaded = load_network(rewritten())
    assert replace(loaded.spec, encoder_params={}) == replace(network().spec, encoder_params={})
