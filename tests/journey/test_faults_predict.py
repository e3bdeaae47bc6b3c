"""Planted faults of bundles and new rows: ``predict`` refuses each in plain words and writes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from skops import io

from prognome.jobs.predict import Answered
from tests.journey.desk import PLANTED, Desk, read


@pytest.fixture
def bundle(finished: Desk, desk: Desk) -> Path:
    """A copy of a good bundle, to be damaged."""
    return Path(shutil.copytree(finished.out / "bundle", desk.folder / "bundle"))


def refused(desk: Desk, *arguments: object) -> str:
    """What predict says of a call that it must refuse, both to a file and to stdout."""
    said = desk.refused("predict", desk.folder / "bundle", *arguments)
    text = desk.refused("predict", desk.folder / "bundle", *arguments, "-o", desk.folder / "answers.tsv")
    assert said == text
    assert text.startswith("error: ")
    return text.removeprefix("error: ").strip()


# New rows ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bundle")
def test_missing_column(desk: Desk) -> None:
    new = desk.put(desk.frame.drop(columns=["g3", "g5"]), "new.tsv")
    assert refused(desk, new).startswith(
        f"block genes ({new}): 2 of 6 columns of block 'genes' are missing; seen: no g3, g5. Add them; or"
    )


@pytest.mark.usefixtures("bundle")
def test_missing_file_and_empty_file(desk: Desk) -> None:
    assert "new.tsv: there is no such file" in refused(desk, desk.folder / "new.tsv")
    (desk.folder / "new.tsv").write_bytes(b"")
    assert "new.tsv: the file is empty" in refused(desk, desk.folder / "new.tsv")


@pytest.mark.usefixtures("bundle")
def test_text_among_numbers_of_new_rows(desk: Desk) -> None:
    desk.frame["g3"] = desk.frame["g3"].astype(object)
    desk.frame.loc[[7, 9], "g3"] = PLANTED
    new = desk.put(desk.frame, "new.tsv")
    assert refused(desk, new) == (
        f"{new}, column 'g3': 2 cells of text in a column of numbers; seen: lines 9, 11; expected: numbers. "
        "Mend the file, or add the word to 'missing'."
    )


@pytest.mark.usefixtures("bundle")
def test_infinity_in_new_rows(desk: Desk) -> None:
    desk.frame.loc[7, "g3"] = np.inf
    new = desk.put(desk.frame, "new.tsv")
    message = refused(desk, new)
    assert message.startswith(f"block genes ({new}): 1 column holds infinity; seen: 'g3': 1 cell (line 9)")


@pytest.mark.usefixtures("bundle")
def test_ids_of_new_rows(desk: Desk) -> None:
    desk.frame.loc[7, "id"] = "P0003"
    new = desk.put(desk.frame, "new.tsv")
    assert f"{new}: 1 id stands more than once; seen: 2 rows: lines 5, 9" in refused(desk, new)
    new = desk.put(desk.frame.rename(columns={"id": "ID"}), "new.tsv")
    assert refused(desk, new) == f"{new}: there is no id column 'id'. Did you mean 'ID'?"


@pytest.mark.usefixtures("bundle")
def test_fault_far_down_a_stream_leaves_no_half_file(desk: Desk) -> None:
    """Rows are answered 5,000 at a time; a fault in the second batch must take the first with it."""
    line = desk.table.read_text().splitlines()
    cells = line[1].split("\t")
    rows = ["\t".join([f"N{k}", *cells[1:]]) for k in range(6000)]
    bad = "\t".join(["N-last", *cells[1:3], PLANTED, *cells[4:]])
    new = desk.folder / "new.tsv"
    new.write_text("\n".join([line[0], *rows, bad]))
    text = desk.refused("predict", desk.folder / "bundle", new, "-o", desk.folder / "answers.tsv")
    assert f"{new}, column 'g1': 1 cell of text in a column of numbers; seen: line 6002" in text


# The call ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bundle")
def test_blocks_of_the_call(desk: Desk) -> None:
    table = desk.table
    assert refused(desk) == "predict: no file is given. Give a table, or --block NAME=FILE."
    assert refused(desk, "--block", f"gene={table}") == (
        "--block gene: the bundle knows no such block. Did you mean 'genes'?"
    )
    assert "is not NAME=FILE" in refused(desk, "--block", "genes")
    assert refused(desk, "--block", f"genes={table}") == (
        "block clinical: is not given, and the bundle needs it. Give it: --block clinical=FILE."
    )
    genes = desk.put(desk.frame.iloc[:100], "genes.tsv")
    assert "block genes: 20 of 120 rows of block clinical are not in it" in refused(
        desk, "--block", f"genes={genes}", "--block", f"clinical={table}"
    )


def test_answers_are_not_written_over_what_is_there(desk: Desk, bundle: Path) -> None:
    answers = desk.put(desk.frame, "answers.tsv")
    text = desk.refused("predict", bundle, desk.table, "-o", answers)
    assert f"{answers}: is already there. Give another file with -o, or say --overwrite." in text
    text = desk.refused("predict", bundle, desk.table, "-o", desk.table, "--overwrite")
    assert "is also read" in text
    assert "is a directory" in desk.refused("predict", bundle, desk.table, "-o", bundle, "--overwrite")
    said = desk.call("predict", bundle, desk.table, "-o", answers, "--overwrite")
    assert said.status == 0
    assert list(read(answers).columns[:2]) == ["row", "status"]


# The bundle --------------------------------------------------------------------------------------------


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Replace text in one file of a bundle."""

    def change(bundle: Path) -> None:
        text = (bundle / name).read_text()
        assert old in text
        (bundle / name).write_text(text.replace(old, new))

    return change


def seal(bundle: Path) -> None:
    """Make the checksums true again, as somebody who tampers on purpose would."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((bundle / name).read_bytes()).hexdigest()
    (bundle / "manifest.json").write_text(json.dumps(manifest))


CHANGED = "is missing or was changed since the bundle was made. Take a fresh copy from whoever made it"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit("schema.json", '"age"', '"Age"'), "schema.json: " + CHANGED),
        (edit("about.json", "logistic", "Logistic"), "about.json: " + CHANGED),
        (lambda bundle: (bundle / "probes.tsv").unlink(), "probes.tsv: " + CHANGED),
        (
            lambda bundle: (bundle / "pipeline.skops").write_bytes(b"PK" + bytes(100)),
            "pipeline.skops: " + CHANGED,
        ),
        (lambda bundle: (bundle / "manifest.json").unlink(), "is not a bundle: it has no manifest.json"),
        (
            lambda bundle: (bundle / "manifest.json").write_bytes(b"\xff\xfe"),
            "cannot be read as a bundle's manifest",
        ),
        (
            edit("manifest.json", '"format": 1', '"format": 99'),
            "was made by a newer prognome; seen: format 99",
        ),
    ],
    ids=["schema", "about", "probes gone", "pipeline", "no manifest", "binary manifest", "newer"],
)
def test_bundle_that_was_changed(
    desk: Desk, bundle: Path, change: Callable[[Path], None], message: str
) -> None:
    change(bundle)
    said = refused(desk, desk.table)
    assert said.startswith(str(bundle))
    assert message in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit("schema.json", '"blocks"', '"block"'), "has a part that does not say what a bundle must say"),
        (edit("about.json", '"kind"', '"king"'), "has a part that does not say what a bundle must say"),
        (edit("probes.tsv", "\t0.", "\t0.1"), "answers otherwise on its probe rows than when it was made"),
        (
            lambda bundle: (bundle / "pipeline.skops").write_bytes(b"PK" + bytes(100)),
            "is not a readable skops file",
        ),
    ],
    ids=["schema", "about", "probes", "pipeline"],
)
def test_bundle_that_was_changed_and_sealed_again(
    desk: Desk, bundle: Path, change: Callable[[Path], None], message: str
) -> None:
    change(bundle)
    seal(bundle)
    assert message in refused(desk, desk.table)


def test_type_that_is_not_trusted(desk: Desk, bundle: Path) -> None:
    (bundle / "pipeline.skops").write_bytes(io.dumps(Answered(1, 1, 0, 0)))
    seal(bundle)
    assert refused(desk, desk.table) == (
        f"{bundle / 'pipeline.skops'}: holds types that are not trusted; "
        "seen: prognome.jobs.predict.Answered. "
        "If you know who made it and what they are: prognome predict --trust TYPE."
    )
