"""What the documentation says is true: links, studies, Python, commands, keys, defaults and menus."""

import inspect
import re
import shlex
import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import typer

from prognome.check.catalog import GUARDS
from prognome.cli import demo, doctor, init, listing, predict, pretrain, report, run
from prognome.core.learner import Family
from prognome.core.metrics import CLASSES, METRICS
from prognome.core.study import Study
from prognome.core.study_judge import Subgroup
from prognome.core.study_pretrain import PretrainStudy
from prognome.core.yaml_text import parse_yaml
from prognome.errors import StudyError
from prognome.jobs.assemble import candidates
from prognome.model.catalog import MODELS
from prognome.prepare.catalog import STEPS
from prognome.read.catalog import READERS
from prognome.version import __version__

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
READ = [*PAGES, ROOT / "README.md", ROOT / "CHANGELOG.md"]
FENCE = re.compile(r"^([ \t]*)```(\w*)[^\n]*\n(.*?)^\1```[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\\)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
STUDY_KEYS = {"blocks", "target"}
GENERATED = {"results.md", "lessons.md", "coverage.md", "false_positives.md", "transfer.md"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in these languages, without the indentation of their fence."""
    found = []
    for indent, language, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            found.append("\n".join(line.removeprefix(indent) for line in body.splitlines()) + "\n")
    return found


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Anchors of the headings, as the site makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        count, unique = 0, slug
        while unique in found:
            count += 1
            unique = f"{slug}_{count}"
        found.add(unique)
    return found


def tables(page: Path, heading: str) -> list[dict[str, str]]:
    """Lines of all tables from a heading to the next of the same level or a higher one."""
    level = heading.split(" ")[0]
    text = page.read_text(encoding="utf-8")
    start = re.search(rf"^{re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"{page.name} has no heading '{heading}'"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(level)}}} ", rest, re.MULTILINE)
    lines: list[dict[str, str]] = []
    header: list[str] = []
    for line in rest[: end.start() if end else None].splitlines():
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not header:
            header = cells
        elif not set("".join(cells)) <= set("-: "):
            assert len(cells) == len(header), line
            lines.append(dict(zip(header, cells, strict=True)))
    assert lines, f"{page.name}: no table under '{heading}'"
    return lines


def bare(cell: str) -> str:
    """What stands between backticks, or the cell itself."""
    return cell[1:-1] if cell.startswith("`") and cell.endswith("`") and cell.count("`") == 2 else cell


# --- links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", READ, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_its_heading(page):
    text = prose(page)
    lost = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if there.name in GENERATED and not there.exists():
            continue  # `make results` and the simulations write them
        generated = there.is_relative_to(DOCS / "reference") and anchor.startswith("prognome.")
        if not there.exists() or (anchor and not generated and anchor not in anchors(there)):
            lost.append(target)
    assert not lost


def test_links_from_the_reference_name_what_exists():
    from importlib import import_module

    for target in LINK.findall(prose(DOCS / "reference" / "index.md")):
        page, _, anchor = target.partition("#")
        if anchor:
            module, _, attribute = anchor.rpartition(".")
            assert hasattr(import_module(module), attribute), anchor
            assert f"::: {module}\n" in (DOCS / "reference" / page).read_text(encoding="utf-8")


def test_every_page_stands_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"[\w/]+\.md", text.partition("\nnav:")[2]))
    assert listed - GENERATED == {str(page.relative_to(DOCS)) for page in PAGES} - GENERATED


# --- studies --------------------------------------------------------------------------------------------


def studies() -> list[tuple[Path, str]]:
    found = []
    for page in READ:
        for text in blocks(page, "yaml"):
            data, _ = parse_yaml(text, where=name_of(page))
            if isinstance(data, dict) and data.keys() & STUDY_KEYS and "pretrain" not in data:
                found.append((page, text))
    return found


def test_the_pages_show_studies():
    assert len(studies()) > 20


@pytest.mark.parametrize(
    ("page", "text"), studies(), ids=lambda it: name_of(it) if isinstance(it, Path) else ""
)
def test_every_study_on_a_page_is_valid(page, text, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    known = Study.from_file(path)
    theirs = {"near_centroid"} if page.name == "own_model.md" else set()
    for model in known.models:
        assert model.name in {*MODELS.names, *theirs}
    for steps in known.prepare.values():
        assert all(step.name in STEPS for step in steps)
    assert all(block.read in READERS for block in known.blocks.values())
    if known.judge.primary:
        assert known.judge.primary in METRICS


def test_every_pretraining_study_is_valid(tmp_path, monkeypatch):
    monkeypatch.setenv("PROGNOME_DATA", "/data")
    texts = [text for page in READ for text in blocks(page, "yaml") if "\npretrain:" in text]
    examples = sorted((ROOT / "examples" / "pretrain").glob("*.yaml"))
    assert len(texts) > 1
    assert len(examples) > 0
    for text in [*texts, *(path.read_text(encoding="utf-8") for path in examples)]:
        path = tmp_path / "study.yaml"
        path.write_text(text, encoding="utf-8")
        assert PretrainStudy.from_file(path).licence


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=name_of)
def test_every_example_is_a_valid_study(path, monkeypatch):
    monkeypatch.setenv("PROGNOME_DATA", "/data")
    monkeypatch.setenv("PROGNOME_TABLES", "/tables")
    assert Study.from_file(path).name != "study"


# --- Python ---------------------------------------------------------------------------------------------


def pages_with_python() -> list[Path]:
    return [page for page in READ if blocks(page, "python")]


@pytest.mark.parametrize("page", pages_with_python(), ids=name_of)
def test_every_python_block_runs(page, patients, clinic_study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("prognome.jobs.record.usable_cores", lambda: 1)
    (tmp_path / "study.yaml").write_text(clinic_study.to_yaml(), encoding="utf-8")
    module = type(sys)("a_page")
    monkeypatch.setitem(sys.modules, "a_page", module)
    for text in blocks(page, "python"):
        exec(compile(text, name_of(page), "exec"), module.__dict__)
    if page.name == "own_model.md":
        assert_model_works(module, pd.read_csv(patients, sep="\t"))


def assert_model_works(module, frame) -> None:
    """The model of the page is found as its line says, and learns."""
    learner = module.LEARNER.learner("binary", where="page")
    genes = frame[["g1", "g3"]].to_numpy()
    fitted = learner.build({}, where="page").fit(genes, frame["ill"].to_numpy())
    assert fitted.sharpness == 3.0
    assert fitted.score(genes, frame["ill"].to_numpy()) > 0.6
    assert module.ENTRY.where.endswith(":LEARNER")
    assert module.ENTRY.name == "near_centroid"


# --- commands -------------------------------------------------------------------------------------------


@cache
def commands():
    app = typer.Typer()
    for module in (demo, init, doctor, run, report, pretrain, predict, listing):
        module.register(app)
    return typer.main.get_command(app)


def command_lines() -> list[tuple[Path, str]]:
    found = []
    for page in READ:
        for text in blocks(page, "", "bash", "console"):
            for line in text.replace("\\\n", " ").splitlines():
                line = line.strip().removeprefix("$ ")
                if line.startswith("prognome "):
                    found.append((page, line))
        found += [(page, line) for line in re.findall(r"`(prognome \w[^`]*)`", prose(page))]
    return found


def test_the_pages_show_commands():
    assert {line.split()[1] for _, line in command_lines()} >= set(commands().commands)


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_every_command_and_option_exists(page, line):
    words = shlex.split(re.split(r"\s[>|]\s", line)[0], comments=True)[1:]
    if words[0] in ("--help", "--version"):
        return
    assert words[0] in commands().commands, line
    if len(words) > 1:  # alone, it is the command's name in a sentence
        commands().commands[words[0]].make_context(words[0], words[1:])  # raises for what does not exist


# --- the language ---------------------------------------------------------------------------------------

REQUIRED = object()


def schema_keys() -> dict[str, object]:
    """Every key of a study with its default; None stands in for keys that hold others."""
    schema = Study.model_json_schema()
    seen: set[str] = set()
    found: dict[str, object] = {}

    def referred(node: dict) -> tuple[str, str] | None:
        """The part that a key holds, and what stands between their names."""
        if "$ref" in node:
            return node["$ref"].rsplit("/", 1)[-1], "."
        for branch in node.get("anyOf", []):
            if "$ref" in branch:
                return referred(branch)
        if "items" in node:
            inside = referred(node["items"])
            return inside and (inside[0], ".")
        if isinstance(node.get("additionalProperties"), dict):
            inside = referred(node["additionalProperties"])
            return inside and (inside[0], ".NAME.")
        return None

    def walk(node: dict, prefix: str) -> None:
        for name, inner in node["properties"].items():
            key = prefix + name
            part = referred(inner)
            if part is None:
                missing = REQUIRED if name in node.get("required", []) else {}
                found[key] = inner.get("default", missing)
                continue
            found[key] = Ellipsis
            if part[0] not in seen:
                seen.add(part[0])
                walk(schema["$defs"][part[0]], key + part[1])

    walk(schema, "")
    return {key.replace("prepare.NAME", "prepare.BLOCK"): value for key, value in found.items()}


def documented_keys() -> dict[str, str]:
    lines = [line for line in tables(DOCS / "study.md", "## Every key") if "key" in line]
    keys = [bare(line["key"]) for line in lines]
    assert len(set(keys)) == len(keys)
    return {bare(line["key"]): bare(line["default"]) for line in lines}


def test_every_key_of_the_study_is_documented_and_no_other():
    assert documented_keys().keys() == schema_keys().keys()


@pytest.mark.parametrize("key", [key for key, value in schema_keys().items() if value is not Ellipsis])
def test_the_documented_default_is_the_real_one(key):
    said, real = documented_keys()[key], schema_keys()[key]
    if real is REQUIRED:
        assert said == "required"
    elif real is None:
        assert said == "none"
    else:
        assert parse_yaml(f"x: {said}", where=key)[0]["x"] == real


# --- the menus ------------------------------------------------------------------------------------------


def menu_table(heading: str, column: str) -> dict[str, dict[str, str]]:
    return {bare(line[column]): line for line in tables(DOCS / "study.md", heading) if column in line}


def test_the_pages_show_every_reader():
    assert set(menu_table("## Readers", "reader")) == set(READERS.names)


def test_the_pages_show_every_step_with_its_parameters_and_their_defaults():
    shown = menu_table("## Steps", "step")
    assert set(shown) == set(STEPS.names)
    for name, line in shown.items():
        said = parse_yaml(f"x: {bare(line['parameters'])}", where=name)[0]["x"]
        real = inspect.signature(STEPS.find(name, where=name).load()).parameters
        defaults = {key: parameter.default for key, parameter in real.items()}
        assert said == {
            key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()
        }, name


def test_the_pages_show_every_model_with_what_it_serves_and_what_is_searched():
    shown = menu_table("## Models", "model")
    assert list(shown) == list(MODELS.names)
    words = {
        "any": {*CLASSES, "number"},
        "any, survival": {*CLASSES, "number", "survival"},
        "classes": {*CLASSES},
        "numbers": {"number"},
        "survival": {"survival"},
    }
    for name, line in shown.items():
        entry = MODELS.find(name, where=name)
        assert set(entry.targets) == words[line["serves"]], name
        family = entry.load()
        assert isinstance(family, Family)
        kinds = (family.classes, family.number, family.survival)
        searched = {key for one in kinds if one for key in one.space}
        assert set(re.findall(r"`(\w+)`", line["searched"])) == searched, name


def test_the_models_are_shown_with_the_defaults_they_have():
    shown = menu_table("## Models", "model")
    for name, line in shown.items():
        family = MODELS.find(name, where=name).load()
        learner = family.classes or family.number or family.survival
        built = learner.build({}, where=name).get_params(deep=False)
        for key, value in re.findall(r"`(\w+): ([^`]+)`", line["our defaults"]):
            assert built[key] == parse_yaml(f"x: {value}", where=name)[0]["x"], (name, key)


def test_the_pages_show_every_guard_with_when_it_is_asked():
    shown = menu_table("## Guards", "guard")
    assert list(shown) == list(GUARDS.names)
    for entry in GUARDS:
        assert shown[entry.name]["asked"] == entry.stage.replace("_", " "), entry.name


def test_the_page_on_guards_says_how_to_mend_each():
    shown = {bare(line["guard"]) for line in tables(DOCS / "how_to" / "guards.md", "## What each sees")}
    assert shown == set(GUARDS.names)


def test_the_pages_show_every_baseline_and_the_labels_are_taken(clinic_study):
    shown = menu_table("### Baselines", "label")
    for label in {*shown, "chosen", "group_mean:site"} - {"dummy", "single_best"}:
        model = clinic_study.models[0].model_copy(update={"label": label})
        data = {**clinic_study.to_mapping(), "models": [model.model_dump(mode="json")]}
        with pytest.raises(StudyError, match="is taken by prognome"):
            Study.from_mapping(data)
    study = clinic_study.model_copy(
        update={
            "models": [model for model in clinic_study.models if model.name not in ("logistic", "ridge")],
            "rows": clinic_study.rows.model_copy(update={"batch": ["site"]}),
        }
    )
    assert {one.label for one in candidates(study) if one.baseline} == set(shown) - {"kmer"}  # no sequences


def test_the_counts_that_subgroups_need_are_those_of_the_code():
    from prognome.validate import subgroup_figures as code

    shown = {
        line["figure"]: line["least"] for line in tables(DOCS / "study.md", "## Subgroups") if "least" in line
    }
    assert f"{code.LEAST_EVENTS} events and {code.LEAST_EVENTS} others" in shown.values()
    assert (
        shown["`calibration_slope`"]
        == f"{code.LEAST_EVENTS_SLOPE} events and {code.LEAST_EVENTS_SLOPE} others"
    )
    assert shown["anything else"] == f"{code.LEAST_ROWS} rows"
    assert shown["all, where rows form groups"] == f"{code.LEAST_GROUPS} groups"


def test_the_pages_show_every_metric_for_the_targets_it_is_defined_for():
    shown = menu_table("## Metrics", "metric")
    assert list(shown) == list(METRICS)
    words = {
        "any": {*CLASSES, "number"},
        "classes": {*CLASSES},
        "binary": {"binary"},
        "numbers": {"number"},
        "survival": {"survival"},
    }
    for name, line in shown.items():
        assert words[line["for"]] == set(METRICS[name].targets), name
        assert ("Lower is better" in line["meaning"]) == (METRICS[name].higher is False), name
        assert ("Cannot be primary" in line["meaning"]) == (METRICS[name].higher is None), name


def test_the_default_steps_are_those_of_the_code():
    from prognome.prepare.fuse import default_steps

    shown = re.search(r"A block that `prepare` does not name gets\s+`([^`]+)`", prose(DOCS / "study.md"))
    assert shown
    study = Study.from_mapping(
        {
            "blocks": {"x": {"path": "x.tsv"}},
            "target": {"column": "y", "kind": "number"},
            "prepare": {"x": parse_yaml(f"x: {shown[1]}", where="page")[0]["x"]},
        }
    )
    assert [(step.name, step.params) for step in study.prepare["x"]] == default_steps("table")


# --- the rest -------------------------------------------------------------------------------------------


def test_every_column_of_the_run_folder_is_explained(clinic_study, tmp_path):
    from prognome.jobs.run import run as run_study

    out = tmp_path / "out"
    study = clinic_study.model_copy(
        update={"models": clinic_study.models[:1], "subgroups": [Subgroup(column="site")]}
    )
    run_study(study, out, workers=1)
    assert (out / "gaps.tsv").exists()
    page = DOCS / "run_folder.md"
    listed = prose(page).partition("## split.tsv")[0]
    for path in out.iterdir():
        assert f"`{path.name}`" in listed or f"`{path.name}/" in listed, path.name
        if path.suffix == ".tsv":
            names = set(
                re.findall(r"`(\w+)`", " ".join(line["column"] for line in tables(page, f"## {path.name}")))
            )
            columns = path.read_text(encoding="utf-8").splitlines()[0].split("\t")
            assert {re.sub("^(p|s|set)_(?!holm$).*", r"\1_CLASS", column) for column in columns} <= names, (
                path.name
            )
    import json

    keys = json.loads((out / "run.json").read_text(encoding="utf-8")).keys()
    shown = " ".join(line["key"] for line in tables(page, "## run.json"))
    assert set(keys) == set(re.findall(r"`(\w+)`", shown))


def test_every_paper_that_the_code_cites_stands_among_the_sources():
    sources = (DOCS / "sources.md").read_text(encoding="utf-8")
    cited = 0
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for section in re.findall(
            r"^ *References\n *-+\n(.*?)(?:\n *\n|\"\"\")", text, re.MULTILINE | re.DOTALL
        ):
            for name, year in re.findall(r"([A-ZÅ-Ü][\w-]+)[^A-ZÅ-Ü(]*\((\d{4})\)", section):
                cited += 1
                here = [line for line in sources.splitlines() if name in line and year in line]
                assert here, f"{path.name}: {name} {year}"
    assert cited > 20


def test_the_changelog_has_the_current_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(
        rf"^## \[{re.escape(__version__)}\] - (unreleased|\d{{4}}-\d\d-\d\d)$", text, re.MULTILINE
    )


def test_no_page_names_a_machine_or_another_host():
    for page in [*READ, ROOT / "mkdocs.yml", *(DOCS / "images").glob("*.svg")]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(work|tmp|home|root)/", text), page.name
    picture = (DOCS / "images" / "concepts.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"' ]+", picture)) == {"http://www.w3.org/2000/svg"}


def test_every_module_of_the_reference_is_there() -> None:
    from importlib import import_module

    pages = sorted((ROOT / "docs" / "reference").glob("*.md"))
    named = [name for page in pages for name in re.findall(r"^::: (\S+)", page.read_text(), re.MULTILINE)]
    assert len(named) > 40
    for name in named:
        assert import_module(name).__doc__, name
