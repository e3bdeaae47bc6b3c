# Two commands do everything on a bare machine with Python 3.11 or later: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export OMP_NUM_THREADS ?= 1
ifneq ($(wildcard ../shared/data),)
export PROGNOME_DATA ?= $(abspath ../shared/data)
endif

.PHONY: help demo test lint types rules unit results simulations bench docs clean

help:
	@echo "make demo     environment, a simulated cohort, its study run, a table of results"
	@echo "make test     environment, lint, types, import rules, tests (under 20 minutes)"
	@echo "make results  every example and lesson on the public data sets; rewrites results, ablation, lessons in docs/"
	@echo "make simulations  measured coverage of intervals and size of tests (hours); rewrites their pages"
	@echo "make bench    speed, ours against peers in the same run"
	@echo "make docs     the documentation as a site"
	@echo "make clean    take away what make made"

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "prognome needs Python 3.11 or later")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[all]"
	touch $(READY)

demo: $(READY)
	$(BIN)/prognome demo -o demo --overwrite

test: lint types rules unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

rules: $(READY)
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile

results: $(READY)
	$(BIN)/python -m benchmarks.results
	$(BIN)/python -m benchmarks.ablation
	$(BIN)/python -m benchmarks.lessons

simulations: $(READY)
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.false_positives
	$(BIN)/python -m benchmarks.conformal

bench: $(READY)
	$(BIN)/python -m benchmarks.bench_read
	$(BIN)/python -m benchmarks.bench_judge
	$(BIN)/python -m benchmarks.bench_sequence
	$(BIN)/python -m benchmarks.bench_trees
	$(BIN)/python -m benchmarks.bench_screen
	$(BIN)/python -m benchmarks.bench_search

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) demo runs site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
