"""Device and precision: what is chosen, and what is given back."""

import torch

from prognome.nets import device as module
from prognome.nets.device import PAYS_FROM, autocast, choose_device, choose_precision, quiet_threads

CPU = torch.device("cpu")


def test_auto_is_bfloat16_only_where_the_processor_has_it_and_steps_are_large(monkeypatch):
    for has in (True, False):
        monkeypatch.setattr(module, "has_bfloat16", lambda device, has=has: has)
        assert choose_precision("auto", CPU, PAYS_FROM) == ("bfloat16" if has else "float32")
        assert choose_precision("auto", CPU, PAYS_FROM - 1) == "float32"
    assert choose_precision("bfloat16", CPU, 1) == "bfloat16"
    assert choose_precision("float32", CPU, 10**9) == "float32"


def test_products_are_in_the_precision_asked_for():
    one = torch.ones(2, 2)
    with autocast(CPU, "bfloat16"):
        assert (one @ one).dtype == torch.bfloat16
    with autocast(CPU, "float32"):
        assert (one @ one).dtype == torch.float32


def test_threads_are_given_back_also_after_an_error():
    before = torch.get_num_threads()
    try:
        with quiet_threads():
            assert torch.get_num_threads() == 1
            raise KeyError
    except KeyError:
        pass
    assert torch.get_num_threads() == before


def test_the_cpu_can_always_be_asked_for():
    assert choose_device("cpu") == CPU
