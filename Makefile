# Every target sets itself up: Python 3.11 or later, git and make are all it needs.
# Another Python: make test PYTHON=python3.12

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

IS_NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name $(IS_NEW_ENOUGH) 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
READY := .venv/ready

.PHONY: help
help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(READY): pyproject.toml hatch_build.py
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or later; try: make PYTHON=..." >&2; exit 1; }
	@echo "setting up .venv with $(PYTHON) (once)" >&2
	@$(PYTHON) -m venv --clear .venv
	@if $(BIN)/python -m pip install --quiet --quiet uv; then \
		$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --editable '.[dev]'; \
	else \
		$(BIN)/python -m pip install --quiet --editable '.[dev]'; \
	fi
	@touch $@

.PHONY: setup
setup: $(READY) ## Install the tool and what its tests need into .venv

.PHONY: demo
demo: $(READY) ## Make a blog, run it, talk to it, test it
	@$(BIN)/python scripts/demo.py

.PHONY: test
test: lint ## Style, types and every test
	@$(BIN)/python -m pytest --numprocesses 2

.PHONY: test-long
test-long: lint ## The same with many more random cases
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest --numprocesses 2

.PHONY: lint
lint: $(READY) ## Style, types and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: fmt
fmt: $(READY) ## Put the style right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(READY) ## Measure the commands, a project's suite, and its application
	@$(BIN)/python bench/scaffold_model.py
	@$(BIN)/python bench/every_command.py
	@$(BIN)/python bench/check.py
	@$(BIN)/python bench/suite.py
	@$(BIN)/python bench/upgrade.py
	@$(BIN)/python bench/app.py
	@$(BIN)/python bench/stream.py

.PHONY: wheel
wheel: $(READY) ## Build the source distribution and the wheel into dist/
	@rm -rf dist
	@$(BIN)/python -m build --installer uv

.PHONY: clean
clean: ## Remove everything that the other targets made
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
