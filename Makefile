# setup | demo | test | check | bench | docs, and nothing else to remember.
# `make` needs a Python of 3.11 or newer; everything else is installed into .venv and .tools.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
BIN := .venv/bin
FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*')
# Hashes without addresses: the locks work behind any mirror.
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-header \
	--python-version 3.11 pyproject.toml

.PHONY: help setup demo test check bench docs lock format

help:
	@echo "make demo    an arena on http://127.0.0.1:8000 with built-in contestants"
	@echo "make test    every test"
	@echo "make setup   only install     make check   lint, types, layers, locks"
	@echo "make bench   slow figures     make docs    the documentation as a site"

setup: .venv/ready

demo: .venv/ready
	@$(BIN)/tiltyard demo

test: .venv/ready
	@OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

check: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py types
	$(MAKE) --no-print-directory locks-current

.PHONY: locks-current
locks-current: $(UV)
	@mkdir -p .tools
	@cp locks/dev.txt .tools/dev.txt && $(COMPILE) --group dev -o .tools/dev.txt
	@diff locks/dev.txt .tools/dev.txt >/dev/null || { \
	  echo "locks/dev.txt does not match pyproject.toml: run make lock"; exit 1; }

bench: .venv/ready
	$(BIN)/python benchmarks/run.py

docs: .venv/ready
	$(BIN)/sphinx-build --fail-on-warning --quiet docs site && echo site/index.html

lock: .venv/ready
	$(COMPILE) --group dev -o locks/dev.txt
	$(BIN)/python hatch_build.py lock

format: .venv/ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.tools/bin/uv:
	@test -n "$(PYTHON)" || { echo "Tiltyard needs Python 3.11 or newer, and none was found on PATH."; exit 1; }
	@$(PYTHON) -m venv .tools >/dev/null 2>&1 || { \
	  echo "This Python cannot make environments; on Debian: apt install python3-venv"; \
	  rm -rf .tools; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'

# The environment follows the lock, then the package itself; the bundle follows the front end.
.venv/installed: locks/dev.txt pyproject.toml hatch_build.py | $(UV)
	@test -n "$(PYTHON)" || { echo "Tiltyard needs Python 3.11 or newer, and none was found on PATH."; exit 1; }
	@test -x .venv/bin/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" .venv
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes locks/dev.txt
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --editable .
	@touch $@

.venv/ready: .venv/installed $(FRONTEND)
	@$(BIN)/python hatch_build.py >.venv/frontend.log 2>&1 || { cat .venv/frontend.log; exit 1; }
	@touch $@
