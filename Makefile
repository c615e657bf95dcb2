# Works from any directory and in a folder with blanks in its name: every path below is relative to this file.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
RUN := PYTHONPATH=src PATH="$$PWD/$(VENV)/bin:$$PATH" PYTHONUNBUFFERED=1
# DVC experiments make commits of their own; without a Git identity they would stop.
IDENTITY := GIT_AUTHOR_NAME="$${GIT_AUTHOR_NAME:-art-style}" GIT_AUTHOR_EMAIL="$${GIT_AUTHOR_EMAIL:-art-style@localhost}" \
	GIT_COMMITTER_NAME="$${GIT_COMMITTER_NAME:-art-style}" GIT_COMMITTER_EMAIL="$${GIT_COMMITTER_EMAIL:-art-style@localhost}"

# Pictures of `make compare`; on the demo it makes the quick part of the campaign.
DATASET ?= demo
QUICK = $(if $(filter demo,$(DATASET)),--quick)

.PHONY: help install repro test lint wikiart wikiart-results compare readme results-check

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/installed ## Make .venv with the pinned dependencies

$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "error: Python 3.11 to 3.13 is needed; say which with: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "installing the pinned dependencies into $(VENV) (about 3 GB, once)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $(VENV)/installed

repro: install ## Run the whole pipeline on the built-in demo set and print the scores
	@$(RUN) dvc repro
	@$(RUN) python -m artstyle.score_table

test: install ## Run lint, pipeline checks and all tests
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) $(IDENTITY) python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: install ## Check style only
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .

wikiart: install ## Bring the real paintings (from the network, or WIKIART=<folder>) and add them to DVC
	@$(RUN) WIKIART="$(WIKIART)" python src/fetch_wikiart.py

wikiart-results: install ## Run the real paintings in both split modes and collect results/wikiart (hours on 2 cores)
	@$(RUN) $(IDENTITY) sh src/run_wikiart.sh

compare: install ## Compare ways of balancing classes and report (demo: 10 runs; DATASET=wikiart: many hours), resumable
	@status=0; \
	$(RUN) $(IDENTITY) python src/run_campaign.py --campaign balancing --dataset "$(DATASET)" $(QUICK) $(if $(OTHERS),--others $(OTHERS)) || status=$$?; \
	$(RUN) python src/report_campaign.py --campaign balancing --dataset "$(DATASET)" && exit $$status

readme: install ## Write the tables of README.md and docs/ anew from results/
	@$(RUN) python src/fill_readme.py

results-check: install ## Compare pages and reports with results/, and run one committed row again
	@$(RUN) python -m pytest tests/test_results_tables.py
	@$(RUN) $(IDENTITY) python src/check_results.py --campaign balancing
