# make setup       the environment in .venv, with pinned dependencies      (first time: a minute or two)
# make run         the studio; without a display, what make demo does      (sets up first where needed)
# make demo        sixteen checked, labelled pictures in out/, without a window
# make test        every static check and every test
# make lint        the static checks alone
# make tour        a scripted tour of the studio: screenshots in out/tour, stalls of its event loop
# make bench       speed and memory, as told in docs/performance.md
# make reference   docs/reference.md, from the plugins' declarations

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint unit long tour bench reference clean

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

# A display in memory, so that Qt has a window system, and OpenGL for its widgets, wherever this runs. Where there is
# no Xvfb Qt paints offscreen, and the tests of the viewport are left out.
DISPLAYED = env QT_API=pyside6 $(if $(shell command -v xvfb-run),QT_QPA_PLATFORM=xcb \
  xvfb-run -a -s "-screen 0 1920x1080x24",QT_QPA_PLATFORM=offscreen)

run: setup
	@if [ "$$(uname -s)" != Linux ] || [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then exec $(BIN)/myriorama; \
	else echo "There is no display here: making the demo dataset instead."; $(MAKE) --no-print-directory demo; fi

demo: setup
	@$(BIN)/myriorama render $(EXAMPLE) --count 16 --out $(OUT) --replace
	@$(BIN)/myriorama verify $(OUT)
	@$(BIN)/myriorama sheet $(OUT) --out $(OUT).png

test: lint unit

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# Warnings are errors (pyproject.toml). No screen is needed. First the few tests that kill programs or count
# processes, then the many others by twos, in their order: no window is open in a process until the tests of windows. A
# failure in either pass is one of make. make unit WORKERS=4 uses four processes for the many, WORKERS=0 one.
WORKERS := 2
unit: setup
	@$(DISPLAYED) $(BIN)/python -m pytest -q -m "alone and not long"
	@$(DISPLAYED) $(BIN)/python -m pytest -q -m "not alone and not long" -n $(WORKERS) --dist loadfile \
	  --no-loadscope-reorder

long: setup
	@$(DISPLAYED) $(BIN)/python -m pytest -q -m long

tour: setup
	@$(DISPLAYED) $(BIN)/python tests/tour.py --out out/tour

# The figures of docs/performance.md, then times that are promised, held to their bounds (tests/pace.py).
bench: setup
	@$(BIN)/python tests/benchmarks/bench_table.py
	@$(BIN)/python tests/benchmarks/bench_plugins.py
	@$(BIN)/python tests/benchmarks/bench_effects.py
	@$(BIN)/python tests/benchmarks/bench_optics.py --images 3
	@$(BIN)/python tests/benchmarks/bench_pathtraced.py --samples 8 --reference 128
	@$(BIN)/python tests/benchmarks/bench_pathtraced.py --samples 80 --size 160x120 --paths 2
	@$(BIN)/python tests/benchmarks/bench_engines.py --paths 16
	@$(DISPLAYED) $(BIN)/python tests/benchmarks/bench_studio.py
	@$(DISPLAYED) $(BIN)/python -m pytest -q --timed -m timed

reference: setup
	@$(BIN)/python -m myriorama.app.cli.reference > docs/reference.md.new
	@mv docs/reference.md.new docs/reference.md

clean:
	rm -rf out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
