"""Several processes at one work: what loky says of one it replaces must not end the thread that hands out."""

from __future__ import annotations

import warnings

import pytest

from prognome.validate.processes import in_processes

WORDS = "A worker stopped while some jobs were given to the executor. This can be caused by a memory leak."


def test_a_process_that_is_replaced_is_no_error_while_there_is_work() -> None:
    """Warnings are errors here, as loky's thread would meet them."""
    found = []
    for result in in_processes(pow, ((2, k) for k in range(4)), 2):
        warnings.warn(WORDS, stacklevel=1)
        found.append(result)
    assert sorted(found) == [1, 2, 4, 8]
    with pytest.raises(UserWarning, match="A worker stopped"):
        warnings.warn(WORDS, stacklevel=1)
