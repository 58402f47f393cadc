# make install  set up what `unjpeg` needs, in .venv
# make demo     set up, then the tiny study: tables, plots, pictures (results/tiny/report.html)
# make test     set up, then every test, three at a time (JOBS=4: four)
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 3

.PHONY: help install demo test format
help:
	@grep -E '^# make' Makefile | sed 's/^# //'

$(VENV)/.user: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.user
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

install: $(VENV)/.user

demo: $(VENV)/.user
	$(BIN)/snakemake --cores all --configfile config/tiny.yaml
	@echo "The tables, plots and pictures are in results/tiny/report.html"

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder --durations=15

format: $(VENV)/.dev
	$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/snakefmt Snakefile workflow
