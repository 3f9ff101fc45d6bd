# What a newcomer needs: make demo, make test. `make help` lists the rest. Each target installs what it needs.
PYTHON ?= python3
VENV := .venv
DEMO := .venv-demo
OLDEST := .venv-oldest
RUN := $(VENV)/bin

# The demo has an environment of its own, with Flask and nothing else: what the tests need takes half a gigabyte. In the
# other one, each group of pyproject.toml is installed when a target needs it, and again when the requirements change.
BASE := $(VENV)/.base
TESTS := $(VENV)/.tests
LINT := $(VENV)/.lint
BENCH := $(VENV)/.bench
DOCS := $(VENV)/.docs
CODE := src tests examples tools benchmarks docs/conf.py

.PHONY: help demo test without-pcre2 doubling long engines exhaustive matrix oldest upstream build-known fuzz soak bench comparison docs links screenshots lint audit-dependencies format browsers static servers clean

help:
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(BASE) $(DEMO)/.base:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "consentgate needs Python 3.11 or newer; try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(TESTS) $(LINT) $(BENCH) $(DOCS): $(VENV)/.%: pyproject.toml | $(BASE)
	$(RUN)/python -m pip install --quiet --editable . --group $*
	@touch $@

$(DEMO)/.ready: pyproject.toml | $(DEMO)/.base
	@echo "Installing the package and Flask into $(DEMO), once."
	$(DEMO)/bin/python -m pip install --quiet --editable ".[flask]"
	@touch $@

demo: $(DEMO)/.ready ## serve the example newspaper behind the gate on http://127.0.0.1:8000 (PORT=8001 make demo: on another port)
	$(DEMO)/bin/python examples/flask_app/app.py

# Four workers on two cores: a browser's tests mostly wait for silence. Files in their order: xdist would put
# those with few tests last, and the browser's few tests take longest.
test: $(TESTS) ## run the tests
	$(RUN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

without-pcre2: $(TESTS) ## run the HTML engine's tests as on a machine that lacks PCRE2
	CONSENTGATE_PCRE2=0 $(RUN)/python -m pytest -n 2 --dist loadfile \
		tests/html/skipping tests/html/rewriting tests/html/test_*.py

doubling: $(TESTS) ## count the work and memory that hostile input takes, at sizes that double
	$(RUN)/python -m pytest -n 2 -m "doubling and not exhaustive" tests/limits

long: $(TESTS) ## run what takes long without a browser: crashes and stalls of the ledger, whole real pages
	$(RUN)/python -m pytest -n 3 -m "long and not browser and not exhaustive" tests/html tests/ledger

engines: $(TESTS) ## run the browser tests in Firefox and WebKit too, and the long ones in Chromium
	$(RUN)/python -m pytest -n 3 --dist loadgroup -m "engines and not exhaustive" tests/browser tests/audit

exhaustive: $(TESTS) ## run what CI has no time for: more real pages, long tests in Firefox, hostile input in both ways, crashes
	$(RUN)/python -m pytest -n 3 --dist loadgroup -m exhaustive tests/browser tests/ledger tests/limits

matrix: $(TESTS) ## visit every framework on every server, and print the README's table
	$(RUN)/python -m tests.frameworks.matrix

oldest: $(TESTS) ## run the integrations' tests with the oldest versions that the package allows
	$(RUN)/python -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(OLDEST)/bin/python -m pip install --quiet --group integrations
	$(RUN)/python tools/oldest.py > $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pip install --quiet --editable ".[flask,starlette,django,ledger,metrics]" \
		--constraint $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pytest -n 2 --dist loadfile -W default::DeprecationWarning \
		-k "integrations or crowd or Flask or Django or Starlette" tests/integrations tests/frameworks

upstream: $(TESTS) ## run the frameworks' own tests through a gate that must not be noticed
	$(RUN)/python -m tests.upstream

build-known: $(TESTS) $(DOCS) ## build the documentation of well-known projects closed, and look at it in Chromium
	$(RUN)/python tools/known_documentation.py
	$(RUN)/python -m pytest -m known tests/browser

fuzz: $(TESTS) ## look for input that leaks, for as long as it takes to try 50,000 pages
	$(RUN)/python -m pytest -m fuzz tests/html

soak: $(BENCH) ## send a gigabyte through the rewriter and print how far its memory grew
	$(RUN)/python -m benchmarks.memory 1000

bench: $(BENCH) ## measure the gate beside others that do the same, and the ledger beside a bare INSERT
	$(RUN)/python -m benchmarks --json benchmarks.json
	$(RUN)/python -m benchmarks.ledger

comparison: $(TESTS) ## visit a page with other consent managers from npm, and print the table of docs/comparison.md
	$(RUN)/python -m tests.browser.comparison build/consent-managers

docs: $(DOCS) ## build the documentation into build/docs, with every warning an error
	$(RUN)/python -m sphinx -W --keep-going -q -b dirhtml docs build/docs

links: $(DOCS) ## follow the documentation's links to other sites, which needs the network
	$(RUN)/python -m sphinx -q -b linkcheck docs build/links

screenshots: $(TESTS) ## take the pictures of docs/appearance.md again
	$(RUN)/python tools/screenshots.py

lint: $(LINT) ## check style, types and import directions; look dependencies up where that is possible
	$(RUN)/ruff format --check $(CODE)
	$(RUN)/ruff check $(CODE)
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python tools/audit_dependencies.py

audit-dependencies: $(LINT) ## look the dependencies up in a database of known vulnerabilities; fails where that cannot be reached
	$(RUN)/python tools/audit_dependencies.py --must-look

format: $(LINT) ## format the code
	$(RUN)/ruff format $(CODE)
	$(RUN)/ruff check --fix $(CODE)

browsers: $(TESTS) ## install the browsers of the browser tests, and what builds and checks the scripts in static/
	sh tools/install_browser.sh $(RUN)/python
	sh tools/install_static.sh

static: ## build the scripts in static/ and put them into the package
	sh tools/install_static.sh
	npm run --silent --prefix static check
	npm run --silent --prefix static build

servers: ## install the servers that some tests put in front of an app, and wrk for the benchmarks
	sh tools/install_servers.sh

clean: ## remove the environments and what tools left behind
	rm -rf $(VENV) $(DEMO) $(OLDEST) .upstream .known static/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
