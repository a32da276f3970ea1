# The developer's commands. `make help` lists them; each says what it does behind its `##`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Always relative: a path with spaces above the repository never reaches a target's name.
PY := .venv/bin/python
READY := .venv/ready
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url
PYTEST := $(PY) -m pytest -q
# These start servers and hold them to bounds in seconds, so nothing else may run beside them.
ALONE := tests/contract tests/e2e
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help setup run test lint check policy schema openapi golden docs lock bench eval eval-model tone lies mutants mutation chaos image-steps clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## exact environment from the lock, in .venv

# A virtual environment needs Python 3.11 or newer with `venv`; a name that is there may still be a stub.
$(READY): requirements/dev.txt pyproject.toml
	@for name in python3.11 python3.12 python3.13 python3 python; do \
	  if command -v "$$name" >/dev/null && "$$name" -c \
	    'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$name"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo "make setup: needs Python 3.11 or newer with its venv module; found: $$(python3 --version 2>&1 || true)" >&2; exit 2; \
	fi; \
	if [ ! -x $(PY) ]; then echo "setup: a new .venv with $$("$$found" --version)"; "$$found" -m venv .venv; fi
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
	@echo "setup: .venv holds the versions of requirements/dev.txt"

run: $(READY) ## the service on http://127.0.0.1:8000, no key and no model needed
	@.venv/bin/script-coach serve --host $(HOST) --port $(PORT)

# Both parts run whatever the first one says, so that one call tells everything.
test: $(READY) ## every test; says what it left out
	@failed=0; \
	echo "test: two at a time, all but $(ALONE)"; \
	$(PYTEST) -n 2 $(addprefix --ignore=,$(ALONE)) || failed=1; \
	echo "test: one after another, $(ALONE)"; \
	$(PYTEST) $(ALONE) || failed=1; \
	echo "test: left out: what pytest lists as skipped, and the measurements (make bench)"; \
	exit $$failed

lint: $(READY) ## ruff, mypy strict, imports, generated files current
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m tests.kit.generated check
	@echo "lint: all clean"

check: lint test ## lint + test

policy: $(READY) ## rules and scenarios only: each on its own examples
	@.venv/bin/script-coach policy test

schema: $(READY) ## policy/schema/*.json, for editors of the policy
	@$(PY) -m tests.kit.generated write $@

openapi: $(READY) ## openapi.yaml
	@$(PY) -m tests.kit.generated write $@

golden: $(READY) ## the rendered prompts that the golden tests compare
	@$(PY) -m tests.kit.generated write $@

docs: $(READY) ## the READMEs: outputs of the examples, table of settings
	@$(PY) -m tests.kit.generated write $@
	@$(PY) -m tests.kit.readme_runner

lock: $(READY) ## requirements/*.txt from pyproject.toml; pins stay where they still fit
	@$(COMPILE) pyproject.toml --extra s3 -o requirements/runtime.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@$(COMPILE) --group build -o requirements/build.txt

bench: $(READY) ## the measurements, each a ratio to a baseline of the same run; PARTS="http misses core growth"
	@$(PY) -m tests.bench $(PARTS)

eval: $(READY) ## accuracy over labelled replies and messages, as tables; DIR=folder of JSON Lines, ARGS="--rows --development", MESSAGES=file
	@$(PY) -m tests.eval $(DIR) $(ARGS)
	@$(PY) -m tests.eval.scenarios $(MESSAGES)

eval-model: $(READY) ## a real model behind the service: OPENAI_BASE_URL and COACH_MODEL name it; FILE=drafts.jsonl, ARGS="--rows 50"
	@$(PY) -m tests.realmodel $(FILE) $(ARGS)

tone: $(READY) ## policy/default/tone.tsv and curt.tsv learnt anew; then what they add for authors not heard
	@$(PY) -m tests.tone.train
	@$(PY) -m tests.tone.clauses
	@$(PY) -m tests.tone

mutants: $(READY) ## seeded bugs: each must be caught by the tests of its promise; prints killed/total
	@$(PY) -m tests.mutants

mutation: $(READY) ## small changes to the code behind the promises, a seeded sample; ARGS="--sample 0 facts"
	@nice -n 10 $(PY) -m tests.mutation $(ARGS)

lies: $(READY) ## a model that lies behind the drafts of a file, as a table; FILE=drafts.jsonl, ARGS="--rows 1000"
	@$(PY) -m tests.lies $(or $(FILE),$(error FILE=… names the drafts, JSON Lines with "text" or "draft")) $(ARGS)

chaos: $(READY) ## the long forms of the promises of bulk jobs, with their figures; about half an hour
	@$(PYTEST) -m chaos -s tests/chaos

image-steps: $(READY) ## the Dockerfile's steps without Docker, in a temporary folder, up to a healthy server
	@$(PY) -m tests.kit.image_steps

clean: ## remove what was built here; data under .data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
