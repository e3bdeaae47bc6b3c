"""Where a network is trained and how exactly it counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Literal

import torch

from prognome.errors import StudyError

Precision = Literal["auto", "float32", "bfloat16"]
PAYS_FROM = 4096  # below it, casting costs more than it saves (measured on a CPU)


def choose_device(wanted: str) -> torch.device:
    """The device of that name; ``auto`` is a GPU where there is one, else the CPU.

    Raises
    ------
    StudyError
        If a GPU is asked for and there is none.
    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise StudyError("device", f"'{wanted}' is not there", mend="Use device: auto, or cpu.")
    return torch.device(wanted)


def choose_precision(wanted: Precision, device: torch.device, places: int) -> Precision:
    """``auto`` is bfloat16 where the device has it and a step is large enough for it to pay.

    Parameters
    ----------
    places
        Rows of a step times the positions or columns of all blocks.
    """
    if wanted != "auto":
        return wanted
    return "bfloat16" if places >= PAYS_FROM and has_bfloat16(device) else "float32"


def arithmetic(device: str, precision: Precision) -> tuple[str, str]:
    """Kind of device and precision that large steps would have here, on which the weights depend.

    Raises
    ------
    StudyError
        If a GPU is asked for and there is none.
    """
    found = choose_device(device)
    return found.type, choose_precision(precision, found, PAYS_FROM)


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """A context in which convolutions and products are reckoned in bfloat16, if that is the precision."""
    wanted = has_bfloat16(device) if precision == "auto" else precision == "bfloat16"
    return torch.autocast(device.type, torch.bfloat16) if wanted else nullcontext()


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


@contextmanager
def quiet_threads() -> Iterator[None]:
    """One thread, so that a sum does not depend on the number of cores or workers."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
