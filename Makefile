# make run     set up what is missing, then calculate an interface:  make run NAME=li110-li110 ARGS="--protocol smoke"
# make test    set up what is missing, then run the tests:           make test ARGS="-k archive"
# make check   formatting, lint, types, import directions
# make docs    the documentation as a site: build/docs/index.html
# make help    all targets

NAME ?= li110-li110
ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check format docs setup constraints wheel clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## system libraries, .venv, GPAW; nothing when nothing has changed
	@setup/set-up

run: setup ## calculate NAME (li110-li110 unless given)
	@$(BIN)/wadflow run $(NAME) $(ARGS)

test: setup ## all tests, with real GPAW, real Slurm and a real browser
	@setup/slurm
	@setup/chromium
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: setup ## what CI checks besides the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## mend formatting and what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup ## the documentation as a site: build/docs/index.html; warnings are errors
	@$(BIN)/python -m sphinx -q -W --keep-going docs build/docs

constraints: setup ## renew constraints.txt: the newest versions that go together
	@{ head -n 1 constraints.txt && $(BIN)/uv pip compile pyproject.toml --group dev --group set-up --upgrade --python-version 3.11 \
	    --quiet --no-header --no-annotate; } > constraints.new
	@mv constraints.new constraints.txt

wheel: setup ## dist/wadflow-*.whl
	@rm -rf build && $(BIN)/uv build --wheel --no-build-isolation --python $(BIN)/python

clean: ## take away what make made here, not the archive of calculations
	rm -rf .venv .setup.log docs/reference/generated build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
