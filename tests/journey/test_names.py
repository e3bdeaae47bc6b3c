"""Names as people give them: quotes, commas, letters with marks, brackets, ids that look like numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from tests.journey.desk import Desk, read

COLUMNS = {"g1": "g'1", "g2": "g,2", "g3": "gé3", "g4": "g<b>4", "g5": 'g"5', "sex": "sex {x}: #1"}
SEXES = {"f": '<b>f,"', "m": "m'é"}
CLASSES = {0: "ni'l, <i>é</i>", 1: '"yes"\u00a0[1] & <script>alert(2)</script>'}
NAME = "Stüdy <script>alert(1)</script> \"q\", 'a' & b"
TABLE = "pät <i> 'x'.tsv"


class Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.seen += data


@pytest.fixture
def odd(desk: Desk) -> Desk:
    """The clinic under names that every format has to quote."""
    frame = desk.frame.rename(columns=COLUMNS)
    frame[COLUMNS["sex"]] = frame[COLUMNS["sex"]].map(SEXES)
    frame["ill"] = frame["ill"].map(CLASSES)
    desk.table = desk.put(frame, TABLE)
    desk.ask(
        name=NAME,
        question="Does <b>it</b> hold?",
        blocks={
            "cli'n, <é>": {"path": TABLE, "columns": ["age", COLUMNS["sex"]], "role": "clinical"},
            'ge"nes': {"path": TABLE, "columns": ["g*"]},
        },
        target={"path": TABLE, "column": "ill", "kind": "binary", "positive": CLASSES[1]},
    )
    desk.out = desk.folder / "oüt <x> 'y'"
    return desk


def test_odd_names_change_no_number_and_reach_the_report_whole(odd: Desk, finished: Desk) -> None:
    odd.run()
    mine, plain = read(odd.out / "predictions.tsv"), read(finished.out / "predictions.tsv")
    wanted = [f"{sort}_{CLASSES[k]}" for sort in ("p", "s", "set") for k in (0, 1)]
    assert [*mine.columns[-6:]] == wanted
    assert mine["truth"].tolist() == [CLASSES[int(label)] for label in plain["truth"]]
    assert mine.iloc[:, -6:].to_numpy().tolist() == plain.iloc[:, -6:].to_numpy().tolist()
    scores = read(odd.out / "scores.tsv")
    assert scores["value"].tolist() == read(finished.out / "scores.tsv")["value"].tolist()

    html = (odd.out / "report.html").read_text(encoding="utf-8")
    text = Text(html).seen
    for name in (NAME, "Does <b>it</b> hold?", CLASSES[1], "cli'n, <é>"):
        assert name in text
        assert name not in html
    for figure in (odd.out / "figures").iterdir():
        ET.parse(figure)

    # what was written is read back: the study, the bundle, the run
    again = odd.call("run", odd.out / "study.yaml", "-o", odd.folder / "again", "--workers", 1)
    assert again.status == 0, again.err
    assert read(odd.folder / "again" / "scores.tsv").equals(scores)
    answers = odd.folder / "answers.tsv"
    said = odd.call(
        "predict", odd.out / "bundle", "--block", f"cli'n, <é>={odd.table}", "--block", f'ge"nes={odd.table}',
        "-o", answers,
    )  # fmt: skip
    assert said.status == 0, said.err
    assert set(read(answers)["decision"]) == set(CLASSES.values())


def test_odd_names_go_through_init_and_doctor(odd: Desk) -> None:
    study = odd.folder / "new.yaml"
    said = odd.call("init", odd.table, "-t", "ill", "--positive", CLASSES[1], "-o", study)
    assert said.status == 0, said.err
    said = odd.call("doctor", study)
    assert said.status == 0, said.out
    assert CLASSES[1] in said.out


def test_ids_come_back_to_the_letter(desk: Desk) -> None:
    """Ids that a spreadsheet would mend: leading zeros, exponents, blanks, marks."""
    ids = [f"{k:05d}" for k in range(len(desk.frame))]
    ids[:9] = ["1e5", "1.0", "1", "01", "true", " x ", '"q"', "é, b", "=1+1"]
    desk.put(desk.frame.assign(id=ids))
    desk.ask()
    desk.run()
    assert set(read(desk.out / "predictions.tsv")["row"]) == set(ids)
    assert read(desk.out / "split.tsv")["row"].tolist() == ids
    said = desk.call("predict", desk.out / "bundle", desk.table, "-o", desk.folder / "answers.tsv")
    assert said.status == 0
    assert read(desk.folder / "answers.tsv")["row"].tolist() == ids
    assert "00010\t" in (desk.out / "predictions.tsv").read_text()
