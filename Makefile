# Thin: every target is one or two commands. What is unchanged is not done again (see .venv/stamps).
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
ARGS ?=
# A run of all tests is shared by as many processes as there are processors, each with a PostgreSQL of its own.
SHARED := -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder
# The shared benchmarks: their driver, the floors and the peers.
PEERS ?= ../shared/bench

# Node may come from .venv (see scripts/with_node.sh), and the tests run it too.
export PATH := $(PATH):$(CURDIR)/.venv/bin

BIN := .venv/bin
STAMPS := .venv/stamps
NPM := node_modules/.package-lock.json
FRONT := web/static/build/manifest.json
ASSETS := $(shell find web/assets 2>/dev/null)
CATALOGUES := $(shell find web/translations -name '*.po' 2>/dev/null)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(ARGS)

.PHONY: help setup demo test test-faults load check mutation bench bench-peers docs format texts lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(STAMPS)/project $(STAMPS)/translations $(FRONT) ## a virtual environment in .venv, the front end built

demo: setup ## the demo of all four regions on 127.0.0.1:8000
	$(BIN)/borang demo $(ARGS)

test: setup ## every test, on SQLite and PostgreSQL and in a browser; ARGS="-k name" for some
	@sh scripts/install_tools.sh chromium postgresql strace
	$(BIN)/python -m pytest --no-skips $(SHARED) $(ARGS)

test-faults: setup ## kills, full disks, lost databases, for minutes; ARGS="-k name" for some
	@sh scripts/install_tools.sh postgresql strace
	$(BIN)/python -m pytest --no-skips tests/faults $(ARGS)

load: setup ## a thousand people, crashes and hostile traffic on both databases, for ten minutes; ARGS=--quick
	@sh scripts/install_tools.sh postgresql
	$(BIN)/python -m tests.load $(ARGS)

check: setup ## format, lint, types, layers, definitions, locks
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/borang check
	$(BIN)/python scripts/write_docs.py --check
	$(BIN)/python scripts/check_locks.py

mutation: setup ## definitions with one mistake each: how many are noticed (minutes); ARGS="--region NAME"
	$(BIN)/python -m tests.mutation $(ARGS)

bench: setup ## speed against targets and floors: one JSON object a line
	@sh scripts/install_tools.sh postgresql >&2
	@$(BIN)/python -m bench $(ARGS)

bench-peers: setup $(STAMPS)/peers ## our work done by SpiffWorkflow, viewflow and Django beside us; PEERS=folder
	@sh scripts/install_tools.sh postgresql >&2
	@$(BIN)/python -m bench.peers "$(PEERS)" .venv-peers/bin/python

docs: $(STAMPS)/project ## the language reference and the schemas for editors, from the declarations
	$(BIN)/python scripts/write_docs.py

format: $(STAMPS)/python ## the format and the lint's own mends
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

texts: $(STAMPS)/python ## gather the service's texts; what is new waits for its English in messages.po
	$(BIN)/python scripts/gather_texts.py

lock: $(STAMPS)/python ## write the locks anew; ARGS=--upgrade for newer versions
	$(COMPILE) pyproject.toml --all-extras -o requirements.lock
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements-dev.lock
	$(COMPILE) --group uv -o requirements-uv.lock
	$(COMPILE) --group node -o requirements-node.lock
	$(COMPILE) --group peers -o requirements-peers.lock
	sh scripts/with_node.sh npm install --package-lock-only

clean: ## remove what setup and the tools made; a running system's instance/ stays
	rm -rf .venv .venv-peers node_modules web/static/build build dist test-results
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find engine web tests scripts bench -name __pycache__ -prune -exec rm -rf {} +
	find web -name '*.mo' -delete

# What is being made is told on stderr: `make bench` keeps stdout for its lines.
$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Borang needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@echo "Making .venv" >&2
	@$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/python: requirements-dev.lock | $(STAMPS)/venv
	@echo "Installing the Python packages" >&2
	@sh scripts/install_python.sh --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/peers: requirements-peers.lock $(STAMPS)/python
	@echo "Making .venv-peers" >&2
	@$(PYTHON) -m venv .venv-peers
	@VENV="$(CURDIR)/.venv-peers" sh scripts/install_python.sh --require-hashes -r requirements-peers.lock
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/python
	@sh scripts/install_python.sh --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(NPM): package.json package-lock.json .npmrc | $(STAMPS)/venv
	@echo "Installing the front end's packages" >&2
	@sh scripts/with_node.sh npm ci --silent >&2
	@touch $@

$(FRONT): $(NPM) scripts/build_assets.mjs $(ASSETS)
	@echo "Building the front end" >&2
	@sh scripts/with_node.sh npm run --silent build >&2
	@touch $@

$(STAMPS)/translations: $(CATALOGUES) $(STAMPS)/python
	@test -z "$(CATALOGUES)" || $(BIN)/pybabel --quiet compile --domain "messages click" --directory web/translations
	@touch $@
