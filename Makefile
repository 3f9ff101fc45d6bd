# What a newcomer needs: make demo, make test. `make help` lists the rest. Each target installs what it needs.
PYTHON ?= python3
VENV := .venv
DEMO := .venv-demo
OLDEST := .venv-oldest
RUN := $(VENV)/bin

# An environment is made once, and again when the project's requirements change. The demo has one of its own, with
# Flask and nothing else: what the tests need takes half a gigabyte.
READY := $(VENV)/.ready
READY_TO_BENCH := $(VENV)/.ready-to-bench
READY_TO_LINT := $(VENV)/.ready-to-lint
READY_TO_SHOW := $(DEMO)/.ready
CODE := src tests examples tools benchmarks

.PHONY: help demo test without-pcre2 doubling engines matrix oldest upstream fuzz soak bench lint format browsers servers clean

help:
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

define MAKE_VENV
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "consentgate needs Python 3.11 or newer; try: make PYTHON=python3.12"; exit 1; }
$(PYTHON) -m venv $(@D)
$(@D)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
endef

$(READY): pyproject.toml
	$(MAKE_VENV)
	$(RUN)/python -m pip install --quiet --editable . --group tests
	@touch $@

$(READY_TO_BENCH): $(READY)
	$(RUN)/python -m pip install --quiet --group bench
	@touch $@

# mypy reads the benchmarks too, so it needs what they import.
$(READY_TO_LINT): $(READY_TO_BENCH)
	$(RUN)/python -m pip install --quiet --group lint
	@touch $@

$(READY_TO_SHOW): pyproject.toml
	$(MAKE_VENV)
	$(DEMO)/bin/python -m pip install --quiet --editable ".[flask]"
	@touch $@

demo: $(READY_TO_SHOW) ## serve the example newspaper behind the gate on http://127.0.0.1:8000 (PORT=8001 make demo: elsewhere)
	$(DEMO)/bin/python examples/flask_app/app.py

# Three workers on two cores: a browser's tests mostly wait for silence. Files in their order: xdist would put
# those with few tests last, and the browser's few tests take longest.
test: $(READY) ## run the tests
	$(RUN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

without-pcre2: $(READY) ## run the HTML engine's tests as on a machine that lacks PCRE2
	CONSENTGATE_PCRE2=0 $(RUN)/python -m pytest -n 2 --dist loadfile tests/html

doubling: $(READY) ## count the work and memory that hostile input takes, at sizes that double
	$(RUN)/python -m pytest -n 2 -m doubling tests/limits

engines: $(READY) ## run the browser tests in Firefox and WebKit too, and the long ones in Chromium
	$(RUN)/python -m pytest -n 2 --dist loadgroup -m engines tests/browser

matrix: $(READY) ## visit every framework on every server, and print the README's table
	$(RUN)/python -m tests.frameworks.matrix

oldest: $(READY) ## run the integrations' tests with the oldest versions that the package allows
	$(RUN)/python -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(OLDEST)/bin/python -m pip install --quiet --group integrations
	$(RUN)/python tools/oldest.py > $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pip install --quiet --editable ".[flask,starlette,django]" \
		--constraint $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pytest -n 2 --dist loadfile -W default::DeprecationWarning \
		-k "integrations or crowd or Flask or Django or Starlette" tests/integrations tests/frameworks

upstream: $(READY) ## run the frameworks' own tests through a gate that must not be noticed
	$(RUN)/python -m tests.upstream

fuzz: $(READY) ## look for input that leaks, for as long as it takes to try 50,000 pages
	$(RUN)/python -m pytest -m fuzz tests/html

soak: $(READY_TO_BENCH) ## send a gigabyte through the rewriter and print how far its memory grew
	$(RUN)/python -m benchmarks.memory 1000

bench: $(READY_TO_BENCH) ## measure the gate beside others that do the same
	$(RUN)/python -m benchmarks --json benchmarks.json

lint: $(READY_TO_LINT) ## check style, types and import directions
	$(RUN)/ruff format --check $(CODE)
	$(RUN)/ruff check $(CODE)
	$(RUN)/mypy
	$(RUN)/lint-imports

format: $(READY_TO_LINT) ## format the code
	$(RUN)/ruff format $(CODE)
	$(RUN)/ruff check --fix $(CODE)

browsers: $(READY) ## install the browsers of the browser tests
	sh tools/install_browser.sh $(RUN)/python

servers: ## install the servers that some tests put in front of an app, and wrk for the benchmarks
	sh tools/install_servers.sh

clean: ## remove the environments and what tools left behind
	rm -rf $(VENV) $(DEMO) $(OLDEST) .upstream .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
