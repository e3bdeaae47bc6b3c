"""From a cohort to arrays: pairs of unequal length."""

import numpy as np
import pandas as pd

from prognome.model.network_inputs import NetworkInputs
from prognome.sequence.alphabet import DNA

LEFT, RIGHT = "ACGTTGCAAG", "CTTACCGATA"


def pairs(*alleles):
    return pd.DataFrame(
        {side: [LEFT + a[k] + RIGHT for a in alleles] for k, side in enumerate(("ref", "alt"))}
    )


def test_a_two_tower_network_sees_an_indel_where_it_is_alone_and_in_a_crowd():
    given = pairs(("G", "T"), ("G", "GTTT"), ("GCC", "G"))
    inputs = NetworkInputs().fit(given)
    (one,) = inputs.inputs
    crowd = inputs.rows(given).blocks[one.name]
    for row in range(3):
        alone = inputs.rows(given.iloc[[row]].reset_index(drop=True)).blocks[one.name]
        np.testing.assert_array_equal(alone[0], crowd[row])
        begin = int(np.flatnonzero(crowd[row, 0] != DNA.pad)[0])
        shared = crowd[row, :, begin : begin + len(LEFT)]
        np.testing.assert_array_equal(shared[0], shared[1])
        assert (shared != DNA.pad).all()
