# make setup       the environment in .venv, with pinned dependencies      (first time: a minute or two)
# make run         sixteen checked, labelled pictures in out/              (sets up first where needed)
# make test        every static check and every test
# make lint        the static checks alone
# make bench       speed and memory, as told in docs/performance.md
# make reference   docs/reference.md, from the plugins' declarations

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test lint unit long bench reference clean

BIN := .venv/bin
READY := .venv/.ready
EXAMPLE := mugs_on_conveyor
OUT := out/$(EXAMPLE)

help:
	@sed -n 's/^# make/  make/p' Makefile

# Made again only when what it is made from changes, so a second call costs nothing.
$(READY): pyproject.toml constraints.txt .ci/setup
	@bash .ci/setup

setup: $(READY)

run: setup
	@$(BIN)/myriorama render $(EXAMPLE) --count 16 --out $(OUT) --replace
	@$(BIN)/myriorama verify $(OUT)
	@$(BIN)/myriorama sheet $(OUT) --out $(OUT).png

test: lint unit

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# Warnings are errors (pyproject.toml). No screen is needed: Qt paints offscreen, OpenGL comes from EGL.
unit: setup
	@QT_QPA_PLATFORM=offscreen QT_API=pyside6 $(BIN)/python -m pytest -q

long: setup
	@QT_QPA_PLATFORM=offscreen QT_API=pyside6 $(BIN)/python -m pytest -q -m long

bench: setup
	@$(BIN)/python tests/benchmarks/bench_table.py

reference: setup
	@$(BIN)/python -m myriorama.app.cli.reference > docs/reference.md.new
	@mv docs/reference.md.new docs/reference.md

clean:
	rm -rf out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
