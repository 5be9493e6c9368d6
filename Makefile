# `make lab` sets everything up and opens the course; `make test` sets everything up and passes the tests.
# Needs Python 3.11 or newer, git and make. Everything is installed into .venv; no root, nothing elsewhere.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
LESSONS := $(wildcard solutions/*/*.md)
NOTEBOOKS := $(patsubst solutions/%.md,notebooks/%.ipynb,$(LESSONS))

.PHONY: help lab test setup lint unit replay build bench lock clean

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/	/'

lab: setup  ## Set up everything and open the course in JupyterLab
	@for notebook in $(NOTEBOOKS); do \
		test -f $$notebook || { $(BIN)/sockets-lab build || exit 1; break; }; \
	done
	$(BIN)/sockets-lab open

test: setup lint unit replay  ## Set up everything and run all tests

setup: $(VENV)/.installed

lint: setup  ## Style, types, and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup  ## The tests of the package, the bank of submissions, the course's round, the browser
	$(BIN)/python -m pytest -n 3 --dist loadfile  # half of the time they wait: three at once suit two cores

replay: setup  ## Run the solution notebooks again and compare every output
	$(BIN)/python -m tests.replay

build: setup  ## Text of the lessons -> executed solutions -> release
	$(BIN)/sockets-lab build

bench: setup  ## Measurements, as ratios
	@for benchmark in benchmarks/[a-z]*.py; do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit 1; done

lock: setup  ## Pin the newest versions that pyproject.toml admits
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --extra test --extra build pyproject.toml --output-file requirements.lock

clean:  ## Remove the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.installed: $(BIN)/pip requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m ipykernel install --sys-prefix --name python3 >/dev/null  # the lessons' kernel is this Python
	@touch $@

# An environment serves one folder and one Python: its scripts name both. After a move or an upgrade, make another.
MADE_FOR := $(CURDIR) $(basename $(shell $(BIN)/python -V 2>/dev/null))
ifneq ($(shell cat $(VENV)/made-for 2>/dev/null),$(MADE_FOR))
.PHONY: $(BIN)/pip
endif

# Debian's python3 has no ensurepip unless python3-venv is installed. Then pip comes from Debian's own package of
# pip's wheel, which an ordinary user can download and unpack.
$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Sockets Lab needs Python 3.11 or newer; there is no $(PYTHON)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Sockets Lab needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@$(BIN)/python -m ensurepip >/dev/null 2>&1 || { \
		set -e; \
		echo "No ensurepip here: taking pip from Debian's package python3-pip-whl."; \
		folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
		mkdir -p "$$folder/lists/partial" "$$folder/cache/archives/partial"; \
		apt="apt-get -qq -o Dir::State::Lists=$$folder/lists -o Dir::Cache=$$folder/cache"; \
		{ (cd "$$folder" && apt-get -qq download python3-pip-whl 2>/dev/null) || \
			(cd "$$folder" && $$apt update && $$apt download python3-pip-whl); } || \
			{ echo "Could not get pip. Install ensurepip for $(PYTHON) (Debian: python3-venv), then make again."; exit 1; }; \
		dpkg -x "$$folder"/python3-pip-whl_*.deb "$$folder/unpacked"; \
		wheel=$$(ls "$$folder"/unpacked/usr/share/python-wheels/pip-*.whl); \
		$(BIN)/python "$$wheel/pip" install --quiet --no-index "$$wheel"; \
	}
	@test -x $@ || ln -s pip3 $@
	@echo "$(CURDIR) $$($(BIN)/python -V | cut -d. -f1,2)" >$(VENV)/made-for
