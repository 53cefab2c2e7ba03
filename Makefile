# The portal's tasks. `make help` explains them.
# PYTHON chooses the interpreter of the virtual environment, JOBS the number of test processes.

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
SEED ?=

# A compiled lock is platform independent; an index host never gets in.
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11
TESTS := -m pytest -n $(JOBS) --maxprocesses=$(JOBS) -q
SERVICES := -m tests.services run --postgres --redis
PORTABLE := not postgres and not browser
# What a real installation sets, with values that reach nothing: `make check` reads the settings as production does.
PRODUCTION := env -u DEBUG PORTAL_ENV=production SECRET_KEY=check-only-0aZ9-Pq7-Lm3-Xc8-Vb2-Nn6-Ty5-Ui1-Op4-Kj7-Hg \
	ALLOWED_HOSTS=portal.example PUBLIC_URL=https://portal.example DATABASE_URL=sqlite:///:memory: \
	CACHE_URL=redis://127.0.0.1:1/1 BROKER_URL=redis://127.0.0.1:1/0 FILES_ROOT=var/check/files \
	EMAIL_URL=smtp://127.0.0.1:1 SMS_URL=file:///nonexistent SILENCED_CHECKS=notifications.W002,applications.W001,portal.W003
# The other tools read the settings of the tests and touch no data.
QUIET := env PORTAL_ENV=test DATABASE_URL=sqlite:///:memory: VAR_DIR=var/check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## Show this list
	@echo "The one-stop portal. Start with:  make demo"
	@echo
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo PORT=8080 RESET=1    another port, a fresh day"
	@echo "  make bench B=visit SEED=1      one benchmark, repeatable"

# -- environment -----------------------------------------------------------------------------------------------------

.PHONY: venv
venv: $(VENV)/dev.stamp ## Make the virtual environment with everything for development

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed. Name one:  make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Making the virtual environment in $(VENV)"
	@if command -v uv >/dev/null 2>&1; then UV_PYTHON_DOWNLOADS=never uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV); \
		else $(PYTHON) -m venv $(VENV); fi

# Each layer contains the one below it, so the larger stamp makes the smaller one.
$(VENV)/base.stamp: requirements/base.lock | $(VENV)/pyvenv.cfg
	@echo "Installing what the portal needs to run"
	@$(call install,base)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock requirements/base.lock | $(VENV)/pyvenv.cfg
	@echo "Installing what development needs"
	@$(call install,dev)
	@touch $(VENV)/base.stamp $@

install = if command -v uv >/dev/null 2>&1; then UV_PYTHON_DOWNLOADS=never uv pip install --quiet --python $(PY) --require-hashes -r requirements/$(1).lock; \
	else $(PY) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements/$(1).lock; fi

.PHONY: packages-demo packages-check packages-test
packages-demo packages-check packages-test: packages-%:
	@$(PYTHON) portal/devtools/system_packages.py $* --install

.PHONY: compiled-messages
compiled-messages:
	@$(PY) portal/devtools/translations.py compile

# -- trying it -------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: packages-demo $(VENV)/base.stamp ## Run the whole portal here with a believable day
	@HOST="$(HOST)" PORT="$(PORT)" RESET="$(RESET)" $(PY) portal/devtools/demo.py

# -- testing ---------------------------------------------------------------------------------------------------------
# What uses a database on SQLite first, everything on PostgreSQL and Redis after it; both run to their end.

.PHONY: test
test: packages-test $(VENV)/dev.stamp compiled-messages ## Run the tests (PostgreSQL, Redis, browser; SQLite for the portable part)
	@$(call both,not full)

.PHONY: test-full
test-full: packages-test $(VENV)/dev.stamp compiled-messages ## The same with the storms and the long property runs
	@$(call both,full or not full)

.PHONY: test-sqlite
test-sqlite: $(VENV)/dev.stamp compiled-messages ## Only the portable part, on SQLite
	@$(call on_sqlite,not full,)

on_sqlite = echo "== The portable part on SQLite"; \
	env PORTAL_ENV=test DATABASE_URL=sqlite:///:memory: $(PY) $(TESTS) $(2) -m "($(1)) and $(PORTABLE)" $(ARGS)
on_postgres = echo "== Everything on PostgreSQL and Redis"; \
	env PORTAL_ENV=test $(PY) $(SERVICES) --fast -- $(PY) $(TESTS) -m "$(1)" $(ARGS)
both = failed=0; { $(call on_sqlite,$(1),-p tests.portable); } || { failed=1; echo "== The portable part FAILED on SQLite (above)"; }; \
	{ $(call on_postgres,$(1)); } || failed=1; \
	exit $$failed

# -- checking --------------------------------------------------------------------------------------------------------

.PHONY: check
check: packages-check $(VENV)/dev.stamp compiled-messages ## Look for mistakes without running the tests; stops at the first
	@$(call step,style,$(VENV)/bin/ruff check --quiet .,fix what is listed; make format repairs most of it)
	@$(call step,format,$(VENV)/bin/ruff format --check --quiet .,make format)
	@$(call step,templates,$(VENV)/bin/djlint templates --lint --quiet,correct the templates listed)
	@$(call step,types,$(QUIET) $(VENV)/bin/mypy --no-error-summary,correct the types listed)
	@$(call step,layers,$(QUIET) $(VENV)/bin/lint-imports --no-cache,an app imports only from the rows below it; see pyproject.toml)
	@$(call step,locks,$(PY) portal/devtools/locks.py,make locks)
	@$(call step,migrations,$(QUIET) $(PY) manage.py makemigrations --check --dry-run,run manage.py makemigrations and commit what it makes)
	@$(call step,translations,$(PY) portal/devtools/translations.py check,make messages; then translate)
	@$(call step,deployment,$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING,correct portal/settings.py)
	@$(call step,schema,$(QUIET) $(PY) manage.py spectacular --validate --fail-on-warn --file var/check/schema.yml,describe the API view named above)
	@echo "All checks passed."

# Quiet when all is well; otherwise the tool's whole output and what to do.
step = mkdir -p var/check; printf '%-13s' "$(1)"; if $(2) >var/check/$(1).log 2>&1; then echo "ok"; \
	else echo "FAILED"; cat var/check/$(1).log; echo; echo "What to do: $(3)."; exit 1; fi

.PHONY: format
format: $(VENV)/dev.stamp ## Put Python files into the common format
	@$(VENV)/bin/ruff check --quiet --fix-only .
	@$(VENV)/bin/ruff format .

# -- measuring -------------------------------------------------------------------------------------------------------

.PHONY: bench
bench: packages-test $(VENV)/dev.stamp compiled-messages ## Measure: all of bench/, or one with B=name
	@env PORTAL_ENV=test $(if $(SEED),SEED=$(SEED)) $(PY) -m bench $(B)

# -- keeping ---------------------------------------------------------------------------------------------------------

.PHONY: messages
messages: packages-check $(VENV)/dev.stamp ## Collect the strings to translate and compile what is translated
	@$(PY) portal/devtools/translations.py make

.PHONY: locks
locks: ## Compile requirements/*.lock anew from requirements/*.in (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "uv is needed to compile the locks:  python3 -m pip install uv"; exit 1; }
	@for layer in base test dev; do \
		$(COMPILE) $(UPGRADE) requirements/$$layer.in --output-file requirements/$$layer.lock >/dev/null || exit 1; done
	@echo "Locked. UPGRADE=--upgrade also takes newer versions."

.PHONY: clean
clean: ## Remove what the demo, the tests and the checks made
	@rm -rf var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-artefacts
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
	@find locale -name '*.mo' -delete 2>/dev/null || true
