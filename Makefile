# Works with GNU make 4 and with the make 3.81 of macOS.
SHELL = /bin/sh
VENV = .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/installed
PIP = $(BIN)/python -m pip --disable-pip-version-check -qq
LOAN = 100000001
UV = uv>=0.13,<0.14
# Only measured beside ours, so it is not in the lock; it needs the system's Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0).
WEASYPRINT = weasyprint==70.0

# What is compiled is kept: the tests and a chaos run start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test chaos check lock clean
.DEFAULT_GOAL = help

help: ## list these targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F '|' '{printf "make %-15s %s\n", $$1, $$2}'

install: $(STAMP) ## make .venv with everything the lock names (under a minute; at once when nothing changed)
	@echo 'Ready. Put the command on the path with: export PATH=$(CURDIR)/$(BIN):$$PATH'

demo: $(STAMP) ## fill a new database in out/ with a synthetic portfolio and show a statement and a manifest
	@set -e; run=out/demo-$$(date +%Y%m%d-%H%M%S)-$$$$; mkdir -p $$run; \
	AFLOS_DATABASE=sqlite:///$$run/demo.db; export AFLOS_DATABASE; \
	$(BIN)/aflos demo --loans 100 >$$run/summary.txt; cat $$run/summary.txt; \
	$(BIN)/aflos status; \
	$(BIN)/aflos statement $(LOAN) --format json >$$run/statement.json; \
	$(BIN)/aflos statement $(LOAN) --format csv >$$run/statement.csv; \
	cp "$$(ls $$run/demo.manifests/*.json | tail -n 1)" $$run/manifest.json; \
	echo; echo "The end of the statement of loan $(LOAN) in $$run/statement.csv:"; tail -n 5 $$run/statement.csv; \
	echo; echo "The manifest of the last night: $$run/manifest.json"; \
	echo "To look around: export AFLOS_DATABASE=$$AFLOS_DATABASE"

test: $(STAMP) ## run all tests, on SQLite and PostgreSQL
	$(BIN)/pytest -q -n 3 --dist worksteal

chaos: $(STAMP) ## kill the night at every write and commit, race, fail and stop it; then orders; SEED=1 K="17 4" repeats a trial
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(K),--kill-at $(K))
	$(if $(K),,$(MAKE) orders)

check: $(STAMP) ## lint, format, types, layers and the house rules
	$(BIN)/ruff check --output-format=concise .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/test_house_rules.py

lock: $(STAMP) ## make requirements.lock again from pyproject.toml, with the newest versions that fit
	test -x $(BIN)/uv || $(PIP) install '$(UV)'
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --quiet \
		--custom-compile-command 'make lock' --output-file requirements.lock

clean: ## remove what was made: the environment, caches and out/
	rm -rf $(VENV) out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Nothing is fetched that the lock does not hash; the project itself is built with the backend from the lock.
$(STAMP): requirements.lock pyproject.toml .ci/venv
	@sh .ci/venv $(VENV)
	@echo 'Installing what requirements.lock names ...'
	@$(PIP) install --no-compile --only-binary :all: --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

LIVES ?= 2000

.PHONY: oracle
oracle: $(STAMP) ## hold the product against the independent oracle over LIVES random lives (2000: about six minutes)
	$(BIN)/python -m tests.long_run $(LIVES)

EVENTFUL ?= 1000

.PHONY: orders
orders: $(STAMP) ## tell the news of EVENTFUL random lives in some 20 orders each, against the independent oracle (two minutes)
	$(BIN)/python -m tests.long_run $(EVENTFUL) turns

YEARS ?= 10000

.PHONY: settle-oracle
settle-oracle: $(STAMP) ## hold the settlement against its independent oracle over YEARS random years (10000: about two minutes)
	$(BIN)/python -m tests.long_settle $(YEARS)

LOANS ?= 100000
RUNS ?= 5

.PHONY: bench
bench: $(STAMP) ## time a night in which all of LOANS fall due against the floor of each database, RUNS times (half an hour)
	$(BIN)/python -m benchmarks.run $(LOANS) $(RUNS)

MOST ?= 1000000

.PHONY: bench-scale
bench-scale: $(STAMP) ## time and memory of nights from 10,000 to MOST loans, and of a quiet one (an hour)
	$(BIN)/python -m benchmarks.scale $(MOST) 3

.PHONY: bench-catch-up
bench-catch-up: $(STAMP) ## make up 1 to 700 missed nights of 1,000 loans of 24 months (ten minutes)
	$(BIN)/python -m benchmarks.catch_up

POSTINGS ?= 10000000

.PHONY: bench-statement
bench-statement: $(STAMP) ## statements of loans of seven years among POSTINGS postings (ten minutes)
	$(BIN)/python -m benchmarks.statements $(POSTINGS)

.PHONY: bench-backdated
bench-backdated: $(STAMP) ## a payment of ten years ago on a loan of ten years, booked again (a minute)
	$(BIN)/python -m benchmarks.backdated

LINES ?= 100000

.PHONY: bench-bank
bench-bank: $(STAMP) ## time LINES bank lines from the inbox to the books in one night, RUNS times
	$(BIN)/python -m benchmarks.bank $(LINES) $(RUNS)

BYTES ?= 2000000000

.PHONY: bench-camt
bench-camt: $(STAMP) ## read a bank file of BYTES bytes to its end, with its time and memory (four minutes, BYTES of disk in TMPDIR)
	$(BIN)/python -m benchmarks.bank_stream $(BYTES)

CLIENTS ?= 10000

.PHONY: bench-settle
bench-settle: $(STAMP) ## compute and propose the settlements of CLIENTS clients in one run, RUNS times (two minutes)
	$(BIN)/python -m benchmarks.settlements $(CLIENTS) $(RUNS)

SETS ?= 2000

.PHONY: bank-chaos
bank-chaos: $(STAMP) ## send SETS random accounts as files cut, repeated, reordered and broken off, with kills between
	$(BIN)/python -m tests.chaos.bank $(SETS) $(if $(SEED),--seed $(SEED))

NAMES ?= 10000

.PHONY: hostile-names
hostile-names: $(STAMP) ## put NAMES hostile or rare names through letters and CSV: printed as they are, or refused (ten minutes)
	$(BIN)/python -m tests.hostile_names $(NAMES)

.PHONY: verapdf
verapdf: $(STAMP) ## hold one of each letter against veraPDF's rules for PDF/A-2a and PDF/UA-1 (needs Java 17)
	LETTERS=all $(BIN)/pytest -q -rs tests/test_letter_archive.py

LETTERS ?= 5000

.PHONY: bench-letters
bench-letters: $(STAMP) ## print LETTERS letters of one page, beside plain ReportLab and WeasyPrint; one and two workers
	@$(BIN)/python -c 'import weasyprint' 2>/dev/null || $(PIP) install '$(WEASYPRINT)' || true
	$(BIN)/python -m benchmarks.letters $(LETTERS)

DEBTORS ?= 200
NIGHTS ?= 1096

.PHONY: dunning-sim
dunning-sim: $(STAMP) ## let DEBTORS random debtors live for NIGHTS nights, each proposal held against a naive list (minutes)
	$(BIN)/python -m tests.dunning_sim $(DEBTORS) $(NIGHTS) $(or $(SEED),1)
