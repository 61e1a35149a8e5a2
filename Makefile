# Every command of the house; `make` alone explains them. Nothing is installed outside .venv/ and pwa/node_modules/,
# but for Debian's chromium, which `make test` takes from apt when it runs as root.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip
ONLY ?=
PYTEST ?=
PROOF_PHONES ?= 10000
PROOF_CHANGES ?= 1000000
PROOF_CYCLES ?= 1000
PROOF_SCENARIOS ?= 600
PWA_SOURCES := $(shell find pwa/src pwa/public pwa/build pwa/*.html pwa/*.ts pwa/*.json -type f ! -name '*.test.*' 2>/dev/null)

.PHONY: help setup run test test-fast lint test-pwa proof mutants bench shots lock clean browser dev

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1mmake %-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8000 DATA=./data DATABASE_URL=… DEMO=full PUBLIC_URL=https://… go with make run."

setup: .venv/.run-stamp pwa/dist/index.html ## Make the environment (.venv) and build the PWA (pwa/dist)

run: setup ## Serve on http://localhost:8000 with a demo project and enrolment links (PORT, DATA, DATABASE_URL, DEMO)
	@exec $(BIN)/python -m server run

test: setup dev browser lint test-pwa ## Everything: lint, types, layers, TypeScript, Python, SQLite, PostgreSQL, real browser
	$(BIN)/pytest $(PYTEST)

test-fast: .venv/.dev-stamp ## What takes seconds: Python tests without the slow ones and without the browser
	$(BIN)/pytest -q -m "not slow" --ignore=tests/e2e $(PYTEST)

lint: .venv/.dev-stamp pwa/node_modules/.stamp ## Style, import contracts and types, in Python and TypeScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	cd pwa && npm run --silent check
	cd pwa && npm run --silent lint

test-pwa: pwa/node_modules/.stamp ## TypeScript tests
	cd pwa && npm run --silent test

proof: .venv/.dev-stamp pwa/node_modules/.stamp ## The long runs: simulated phones, killed servers, TypeScript beside its twin, broken networks (PROOF_PHONES, PROOF_SCENARIOS …)
	for engine in sqlite postgres; do \
	  $(BIN)/python -m tests.fault.simulate --phones $(PROOF_PHONES) --changes $(PROOF_CHANGES) --seed 1 --engine $$engine; \
	  $(BIN)/python -m tests.fault.kill --cycles $(PROOF_CYCLES) --engine $$engine; \
	  $(BIN)/python -m tests.webpush.kill --engine $$engine; \
	done
	$(BIN)/python -m tests.fault.twin --scenarios $(PROOF_SCENARIOS) --seed 1
	$(BIN)/python -m tests.fault.network --rounds 200 --photos 20 --seed 1

mutants: .venv/.dev-stamp ## Break each invariant on purpose and list which checker notices
	$(BIN)/python -m tests.fault.mutants

bench: setup dev ## Measure beside floors, print a table, write bench.json (ONLY=name for one)
	$(BIN)/python -m tests.bench $(ONLY)

shots: setup dev browser ## Take every screenshot again: tests/e2e/shots, and the README's in pwa/pictures
	PICTURES=1 $(BIN)/pytest -q tests/e2e $(PYTEST)

lock: .venv/.dev-stamp ## Pin requirements/*.in and pwa/package.json again, with hashes and without naming any host
	for name in uv run dev; do \
	  $(UV) compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	    requirements/$$name.in -o requirements/$$name.txt; \
	done
	cd pwa && npm install --package-lock-only --ignore-scripts --no-audit --no-fund

clean: ## Remove what was built and installed; data/ stays
	rm -rf .venv pwa/node_modules pwa/dist bench.json .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find sync server migrations tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

dev: .venv/.dev-stamp ## What the tests need besides setup

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lắng Nghe needs Python 3.11 or newer: say which with make PYTHON=…"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

.venv/.run-stamp: .venv/bin/uv requirements/run.txt pyproject.toml
	$(UV) install -q --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(UV) install -q --python $(BIN)/python --no-deps -e .
	touch $@

.venv/.dev-stamp: .venv/.run-stamp requirements/dev.txt
	$(UV) install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	touch $@

pwa/node_modules/.stamp: pwa/package-lock.json pwa/.npmrc
	@node -e 'if (parseInt(process.versions.node) < 20) process.exit(1)' || { echo "Lắng Nghe needs Node 20 or newer, with npm"; exit 1; }
	cd pwa && npm ci --no-audit --no-fund --loglevel=error
	touch $@

pwa/dist/index.html: pwa/node_modules/.stamp $(PWA_SOURCES)
	cd pwa && npm run --silent build
	touch $@

browser: ## Chromium for the browser tests: the machine's, or Debian's by apt when run as root
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium fonts-noto-core; \
	  fi; }
	@command -v chromium >/dev/null || { echo "The browser tests need Chromium: install it so that 'chromium' is on the path (Debian: apt-get install chromium)"; exit 1; }
