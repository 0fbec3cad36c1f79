# Everything runs in .venv; a fresh machine needs Python 3.11 or later and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test coverage check bench docs mutation fuzz version-logs clean

setup: .venv/.installed

# What the program needs, and no more: a demonstration does not wait for the tools of tests.
.venv/.runs: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("ifthen needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/.installed: .venv/.runs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	touch $@

demo: .venv/.runs
	$(BIN)/ifthen demo build/demo

test: setup check
	$(BIN)/python -m pytest -n auto --dist worksteal

# Counting lines doubles the time of every test, so it is a run of its own.
coverage: setup
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m bench.startup --json
	$(BIN)/python -m bench.conformance --json
	$(BIN)/python -m bench.evidence --json
	$(BIN)/python -m bench.stats --json
	$(BIN)/python -m bench.decision --json
	$(BIN)/python -m bench.screening --json
	$(BIN)/python -m bench.tlog --json

docs: setup
	$(BIN)/mkdocs build --strict

# All of them, or those named: make mutation MUTANTS='ifthen.stats.bounds*'
MUTANTS ?=
mutation: setup
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[mutation]'
	$(BIN)/mutmut run $(MUTANTS)

# Each reader for SECONDS; a fault stops it and leaves its input in build/fuzz.
SECONDS ?= 60
FUZZ := PYTHONPATH=src:. $(BIN)/python -m fuzz
HARNESSES = $(filter-out %.dict,$(notdir $(wildcard build/fuzz/corpus/*)))

fuzz: setup
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[fuzz]'
	PYTHONPATH=src:. $(BIN)/python -m fuzz.seeds build/fuzz/corpus
	$(MAKE) fuzz-all

fuzz-all: $(addprefix fuzz-,$(HARNESSES))

fuzz-%:
	$(FUZZ) $* build/fuzz/corpus/$* -max_total_time=$(SECONDS) -timeout=20 -rss_limit_mb=2048 \
	  -max_len=100000 -artifact_prefix=build/fuzz/$*- \
	  $(addprefix -dict=,$(wildcard build/fuzz/corpus/$*.dict))

version-logs:
	tests/evidence/producers/regenerate.sh

clean:
	rm -rf .venv build site mutants
