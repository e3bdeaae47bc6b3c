"""Tables that a study needs and a public file does not hold as it is, written where PROGNOME_TABLES says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def write_tables(data: Path, folder: Path) -> None:
    """Write ``brca1.tsv``: the variants of saturation genome editing with ``lof``, loss of function or not.

    Parameters
    ----------
    data
        The public data sets.
    folder
        Where to write; made if absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    variants = pd.read_csv(data / "brca1_sge" / "variants.tsv", sep="\t", dtype=str, keep_default_na=False)
    variants["lof"] = (variants["function_class"] == "LOF").astype(int)
    variants.to_csv(folder / "brca1.tsv", sep="\t", index=False)
