# PhotoCampus. `make run` and `make test` need Python 3.11+, make and the package registries, nothing else.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := UV_PYTHON_DOWNLOADS=never UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv
SYNC := $(UV) pip sync --quiet --require-hashes --python $(BIN)/python

.DEFAULT_GOAL := help

##@ Use

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/runtime ## Start everything: embedded servers, demo campus, web server and worker
	@exec $(BIN)/python app.py

##@ Check

# A run starts dozens of processes: what one has compiled, the next ones read, whatever else the environment says.
test test-long: export PYTHONDONTWRITEBYTECODE =

.PHONY: test
test: .venv/dev ## Run all tests: real servers, real browser
	@$(BIN)/python -m tests.chromium
	$(BIN)/pytest -n 2 --dist loadscope -m "not long"

.PHONY: test-long
test-long: .venv/dev ## Run the long suites: kill storms, whole-campus comparisons
	@$(BIN)/python -m tests.chromium
	$(BIN)/pytest -m long

.PHONY: check
check: .venv/dev ## Check format, lint, types, architecture rules and templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config .importlinter
	$(BIN)/djlint --check --lint --quiet templates

.PHONY: fix
fix: .venv/dev ## Format the code and mend what the linters can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates

.PHONY: bench
bench: .venv/dev ## Measure fan-out, feed pages, the API, rebuild and check; writes docs/benchmarks.md
	$(BIN)/python -m bench

##@ Maintain

.PHONY: lock
lock: .venv/bin/uv ## Pin and hash requirements.in and requirements-dev.in anew
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt

.PHONY: migration
migration: .venv/dev ## Write a migration from the models: make migration m="what changes"
	$(BIN)/flask db migrate -m "$(m)"

.PHONY: clean
clean: ## Remove the environment, caches and the embedded servers' data
	@# Below a closed folder, such as root's home, the data is outside, and var/postgres is a link to it.
	test ! -L var/postgres || rm -rf "$$(dirname "$$(readlink var/postgres)")"
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# The development set holds the runtime set: a checkout made for tests also runs, and is not synced back and forth.
.venv/runtime: requirements.txt | .venv/bin/uv
	@test -e .venv/dev || $(SYNC) requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt requirements.txt | .venv/bin/uv
	$(SYNC) requirements-dev.txt
	@touch $@ .venv/runtime
