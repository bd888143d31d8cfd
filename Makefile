# The verbs people type; `make site` and `make test` need no others before them.
#
# What must be there: Python 3.11 or newer, make, git and the package index. uv is taken from PATH, else put into
# .cache/uv; everything else comes from uv.lock into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := site
.PHONY: site serve check lint test bench environment tools browser

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv 2>/dev/null),.cache/uv/bin/uv)
RUN := $(UV) run --frozen --no-sync
# Trust what the system trusts: behind a company's proxy nothing else works.
export UV_SYSTEM_CERTS ?= 1
# Keep compiled modules even where the machine says not to: every command and every test that starts one would
# compile them anew.
export PYTHONDONTWRITEBYTECODE :=

site: tools
	@$(RUN) guidance build

serve: tools
	@test -f site/index.html || $(RUN) guidance build
	@$(RUN) guidance serve

check: lint
	@$(RUN) guidance build
	@$(RUN) guidance check

lint: environment
	@$(RUN) ruff format --check --quiet .
	@$(RUN) ruff check --quiet .
	@$(RUN) mypy

test: environment browser
	@$(RUN) pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

bench: environment
	@PYTHONPATH=scripts $(RUN) python -m bench

# What building needs; what is there beside it, such as the environment's checkers and browsers, stays.
tools: $(UV)
	@test -d .venv || echo "· setting up .venv from uv.lock"
	@$(UV) sync --frozen --quiet --no-dev --inexact

environment: $(UV)
	@test -d .venv || echo "· setting up .venv from uv.lock, with what tests need"
	@$(UV) sync --frozen --quiet

browser: environment
	@$(RUN) python tests/support/browser.py

.cache/uv/bin/uv:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "make: there is no $(PYTHON) here; install Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $(PYTHON) is older than 3.11; install a newer one and name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "make: $(PYTHON) has no venv module; install it (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@echo "· putting uv $(UV_VERSION) into .cache/uv"
	@rm -rf .cache/uv
	@$(PYTHON) -m venv .cache/uv && \
		.cache/uv/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION) || \
		{ rm -rf .cache/uv; echo "make: uv could not be installed; is the package index within reach?" >&2; exit 1; }
