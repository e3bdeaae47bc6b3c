"""Tables that a study needs and a public file does not hold as it is, written where PROGNOME_TABLES says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prognome.check.sequences import shared_between

GUE = {
    "tf_0": "tf_0",
    "tf_3": "tf_3",
    "prom_core_tata": "prom_prom_core_tata",
    "prom_300_tata": "prom_prom_300_tata",
    "mouse_0": "mouse_0",
}
SHARED = 24  # letters that a window must share with a training window, on either strand


def write_tables(data: Path, folder: Path) -> None:
    """Write ``gue_TASK.tsv`` and ``gue_TASK_split.tsv`` for every task, and ``breast_subtypes.tsv``.

    Parameters
    ----------
    data
        The public data sets.
    folder
        Where to write; made if absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for task, stem in GUE.items():
        write_gue(data / "gue", folder, task, stem)
    parts = {part: data / "breast_tcga" / f"subtype_{part}.tsv" for part in ("train", "test")}
    subtypes = [pd.read_csv(path, sep="\t", dtype=str).assign(part=part) for part, path in parts.items()]
    pd.concat(subtypes).to_csv(folder / "breast_subtypes.tsv", sep="\t", index=False)


def write_gue(data: Path, folder: Path, task: str, stem: str) -> None:
    """One task: its three files together, and who trains and judges.

    ``shares_24`` says whether a development or test window shares 24 letters with a training window, on
    either strand. Development windows that do are set aside (``use`` is ``no``): a model that remembers
    them would look better there than it is.
    """
    parts = {"train": "train", "validation": "dev", "test": "test"}
    tables = []
    for part, name in parts.items():
        table = pd.read_csv(data / f"{stem}_{name}.tsv.gz", sep="\t", dtype=str)
        table.insert(0, "id", [f"{part}_{number}" for number in range(1, len(table) + 1)])
        tables.append(table.assign(part=part))
    train = tables[0]["sequence"].tolist()
    for table in tables:
        new = table["part"].iloc[0] != "train"
        shared = shared_between(train, table["sequence"].tolist(), SHARED) if new else False
        table["shares_24"] = pd.Series(shared, index=table.index).map({True: "yes", False: "no"})
    whole = pd.concat(tables, ignore_index=True)
    aside = (whole["part"] == "validation") & (whole["shares_24"] == "yes")
    whole["use"] = aside.map({True: "no", False: "yes"})
    whole.to_csv(folder / f"gue_{task}.tsv", sep="\t", index=False)
    split = whole.loc[~aside, ["id", "part"]].rename(columns={"id": "row"})
    split.to_csv(folder / f"gue_{task}_split.tsv", sep="\t", index=False)
