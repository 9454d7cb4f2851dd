# The two set-up commands are `make rehearse` and `make test`; each installs what it needs and starts at once the
# second time. Everything is installed from hash-pinned locks into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: rehearse test lint check format lock clean

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; choose one by: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

rehearse: $(READY) ## bring both environments up on local clouds, policies enforced
	$(BIN)/brightbroom rehearse

test: $(READY) ## the whole test suite
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY) ## formatting, lint, strict types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .

check: lint test ## all of it, before a push

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## renew the two locks from pyproject.toml (needs `uv`)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .rehearsal .benchmarks .pytest_cache .mypy_cache .ruff_cache
