# The two commands of the README are `make demo` and `make test`; both set everything up first.
SHELL := /bin/sh
BIN := .venv/bin

.PHONY: demo test quick lab lab-test check format bench torture lock bundle pictures clean setup dev

demo: setup
	@$(BIN)/opsconsole demo

# In two processes, each with whole files: most of the time a test waits for something real.
test: dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

# The part that needs no engine, server or whole story: for between two edits.
quick: dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not lab and not real' $(ARGS)

# One of the five systems, built here from real parts, and the console on it: make lab SYSTEM=eatfit24
lab: dev
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m tests.lab.systems $(SYSTEM)

# Every fault of every runbook of the five systems, and what else takes minutes.
lab-test: dev
	@$(BIN)/python -m pytest -m lab tests $(ARGS)

check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: dev
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m tests.bench $(ARGS)

# At most so many seconds and kills: make torture ARGS="300 1000"
torture: dev
	@$(BIN)/python -m tests.run.torture $(ARGS)

# One archive for boxes without Python, or with an old one: copied over, unpacked, run.
bundle: dev
	@$(BIN)/python scripts/bundle.py

# The pictures of the README, by the console itself on the demo's shop; a minute and a half.
pictures: dev
	@$(BIN)/python scripts/pictures.py

setup:
	@scripts/setup.sh run

dev:
	@scripts/setup.sh dev

# Exact versions with hashes, no addresses. Needs uv on PATH.
lock:
	uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra demo --extra build --output-file requirements.txt $(LOCK_ARGS)
	uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra demo --extra build --extra alerts --extra lab --extra test --constraint requirements.txt \
		--output-file requirements-dev.txt $(LOCK_ARGS)

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .hypothesis
