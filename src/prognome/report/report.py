"""One HTML file, and its figures, tables and cards as files, from a run folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prognome.page.chart import as_file
from prognome.page.html import Markup, document, element, join
from prognome.page.style import css
from prognome.page.table import FOLDER as TABLES
from prognome.page.table import Table
from prognome.report.added_value import added_value_section
from prognome.report.answer import answer_section
from prognome.report.card import Card
from prognome.report.cards import card_files, cards_of, cards_section
from prognome.report.cautions import cautions
from prognome.report.class_figures import class_section
from prognome.report.cohort import cohort_section
from prognome.report.comparisons import comparisons_section
from prognome.report.decisions import decisions_section
from prognome.report.division import split_section
from prognome.report.drawing import FIGURES, Drawing, link_once, unique_names
from prognome.report.folder import Run, read_run
from prognome.report.glossary import with_glossary
from prognome.report.guards import guards_section
from prognome.report.markers import markers_section
from prognome.report.method import method_section
from prognome.report.number_figures import number_section
from prognome.report.provenance import limits_section, provenance_section
from prognome.report.searched import search_section
from prognome.report.stability import stability_section
from prognome.report.subgroups import subgroups_section
from prognome.report.survival_figures import calibration_at_horizons, survival_section
from prognome.report.tables import models_section
from prognome.report.training_history import training_section

TITLES = {
    "answer": "Answer",
    "models": "Models",
    "comparisons": "Comparisons",
    "figures": "Figures",
    "decisions": "Decisions",
    "subgroups": "Subgroups",
    "markers": "Markers",
    "blocks": "Blocks",
    "stability": "Stability",
    "search": "Search",
    "training": "Training",
    "guards": "Guards",
    "cohort": "Cohort",
    "split": "Split",
    "method": "Method",
    "provenance": "Provenance",
    "cards": "Cards",
    "limits": "Limits",
    "glossary": "Glossary",
}


def write_report(folder: Path) -> None:
    """Write ``report.html``, ``figures``, ``tables`` and ``cards`` into a run folder, from its files.

    Parameters
    ----------
    folder
        A run folder with run.json, scores.tsv, predictions.tsv, timing.tsv and split.tsv.

    Raises
    ------
    OutputError
        If a file of the run folder is not there.
    """
    folder = Path(folder)
    page, drawings = build_report(read_run(folder))
    (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
    texts = {
        f"{FIGURES}/{name}.svg": as_file(drawing.svg)
        for name, drawing in zip(unique_names([one.name for one in drawings]), drawings, strict=True)
    }
    tables = [one for one in page.carried if isinstance(one, Table)]
    for name, one in zip(unique_names([one.name for one in tables]), tables, strict=True):
        noun = replace(one, name=name)
        texts |= {f"{TABLES}/{name}.tsv": noun.tsv(), f"{TABLES}/{name}.tex": noun.tex()}
    cards = [one for one in page.carried if isinstance(one, Card)]
    texts |= card_files(cards, {id_: title for id_, title in TITLES.items() if f'id="{id_}"' in page})
    for path, text in texts.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


def build_report(run: Run) -> tuple[Markup, list[Drawing]]:
    """The page, which carries its tables and cards, and its figures.

    Parameters
    ----------
    run
        As :func:`prognome.report.folder.read_run` gives it.
    """
    models, costs = models_section(run)
    of_kind = {"number": number_section, "survival": survival_section}
    figures, curves = of_kind.get(run.kind, class_section)(run)
    calibrated = calibration_at_horizons if run.kind == "survival" else decisions_section
    decisions, benefits = calibrated(run)
    subgroups, forests = subgroups_section(run)
    markers, leanings = markers_section(run)
    blocks, drops = added_value_section(run)
    stability, spread = stability_section(run)
    search, climbs = search_section(run)
    training, histories = training_section(run)
    cohort, flows = cohort_section(run)
    sections: dict[str, Markup | None] = {
        "answer": answer_section(run, cautions(run)),
        "models": models,
        "comparisons": comparisons_section(run),
        "figures": figures,
        "decisions": decisions,
        "subgroups": subgroups,
        "markers": markers,
        "blocks": blocks,
        "stability": stability,
        "search": search,
        "training": training,
        "guards": guards_section(run),
        "cohort": cohort,
        "split": split_section(run),
        "method": method_section(run),
        "provenance": provenance_section(run),
        "limits": limits_section(),
    }
    shown = [place for place, section in sections.items() if section is not None]
    cards, titles = cards_of(run), {place: TITLES[place] for place in shown}
    shown.insert(-1, "cards")
    sections = {place: sections.get(place) for place in shown} | {"cards": cards_section(cards, titles)}
    main, glossary = with_glossary(join(list(sections.values())))
    shown.append("glossary")
    name = str(run.study.get("name") or "study")
    body = join(
        [
            element("a", "Skip to the answer", href="#answer", class_="skip"),
            _header(run, name, shown),
            element("main", main, glossary),
            element(
                "footer",
                element(
                    "p",
                    f"Made by prognome {run.record['versions']['prognome']} on ",
                    f"{run.record['started'][:10]}. Research use only.",
                ),
                class_="end",
            ),
        ]
    )
    drawings = [*costs, *curves, *benefits, *forests, *leanings, *drops, *spread, *climbs, *histories, *flows]
    page = document(f"{name}: prognome report", css(), body)
    for kind in (FIGURES, TABLES):
        page = link_once(page, kind)
    return Markup(page, (*body.carried, *cards)), drawings


def _header(run: Run, name: str, shown: list[str]) -> Markup:
    links = [element("li", element("a", TITLES[place], href=f"#{place}")) for place in shown]
    return element(
        "header",
        element("h1", name),
        element("nav", element("ul", links), class_="contents", aria_label="Sections"),
        class_="top",
    )
