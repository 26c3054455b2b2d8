# The door: `make demo` to see it, `make test` to trust it, `make setup` for a bot of your own.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo run test check faults formats clean browser
.SILENT:

BIN := .venv/bin
STAMP := .venv/.set-up
LIBRARIES := .venv-formats
CHECKS := "ruff check --quiet ." "ruff format --check ." mypy "mypy tests" "lint-imports --no-logo" \
    "python -m pytest -q tests/test_*.py"
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help:  ## this list
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## the environment: .venv with the `tapwork` command in it

demo: $(STAMP)  ## everything in one browser window; no token, no network
	$(BIN)/tapwork demo

run: $(STAMP)  ## the bot, with the settings in .env
	$(BIN)/tapwork run

test: $(STAMP) browser  ## the whole test suite
	$(BIN)/python -m pytest -n 2

check: $(STAMP)  ## style, types, layers, and the rules of the house
	failed=; \
	for step in $(CHECKS); do echo "== $$step"; $(BIN)/$$step || failed=yes; done; \
	[ -z "$$failed" ]

faults: $(STAMP)  ## the long proofs: kills, power cuts, repeats, forgeries, and one table at the end
	TAPWORK_FAULTS=1 $(BIN)/python tests/faults/suite.py

formats: $(STAMP)  ## every export, loaded with the library that it is for
	$(find_libraries)
	if [ -e $(LIBRARIES)/.set-up ]; then \
	    TAPWORK_FORMATS="$(CURDIR)/$(LIBRARIES)/bin/python" $(BIN)/python -m pytest -q tests/formats; \
	else \
	    count="$$(grep -c '^def test_' tests/formats/test_loading.py)"; \
	    echo "!! The libraries of tests/formats/requirements.lock can't be had: $$count format tests are SKIPPED." >&2; \
	    echo "   $(LIBRARIES).log tells why." >&2; \
	fi

clean:  ## forget the environment and every cache; the data stay
	rm -rf .venv $(LIBRARIES) $(LIBRARIES).log .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info build dist

# The stamp holds the place it was made in, since an environment does not survive being moved.
ifneq ($(shell $(BIN)/python -c '' 2>/dev/null && cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

$(STAMP): requirements.lock pyproject.toml
	$(find_environment)
	echo "Installing the pinned packages into .venv"
	$(call quietly,$(PIP) install -r requirements.lock && $(PIP) install --no-deps -e .)
	echo "$(CURDIR)" > $@

# The other environment is made anew when its pins have changed, and left out where they can't be had.
define find_libraries
if ! cmp -s tests/formats/requirements.lock $(LIBRARIES)/.set-up || ! $(LIBRARIES)/bin/python -c '' 2>/dev/null; then \
    echo "Installing the libraries that exports are for into $(LIBRARIES) (some minutes, 1 GB)"; \
    rm -rf $(LIBRARIES); \
    if $(BIN)/python -m venv $(LIBRARIES) >$(LIBRARIES).log 2>&1 && $(LIBRARIES)/bin/python -m pip \
        --disable-pip-version-check --quiet install -r tests/formats/requirements.lock >>$(LIBRARIES).log 2>&1; \
    then cp tests/formats/requirements.lock $(LIBRARIES)/.set-up; \
    else rm -rf $(LIBRARIES); fi; \
fi
endef

# What a command says is shown only when it fails.
quietly = { $(1); } >.venv/set-up.log 2>&1 || { cat .venv/set-up.log >&2; exit 1; }

define find_environment
if [ -e $(STAMP) ] && [ "$$(cat $(STAMP))" != "$(CURDIR)" ]; then rm -rf .venv; fi; \
$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(find_python); $(make_environment); }
endef

# A Python that can make environments wins over one that can't.
define find_python
python=; \
for each in python3.13 python3.12 python3.11 python3.14 python3 python; do \
    "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
    python="$${python:-$$each}"; \
    if "$$each" -c 'import ensurepip, venv' 2>/dev/null; then python="$$each"; break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo "Tapwork needs Python 3.11 or later, and this machine has none." >&2; \
    echo "On Debian and Ubuntu: apt-get install python3 python3-venv" >&2; \
    exit 1; \
fi
endef

define make_environment
echo "Making .venv with $$("$$python" --version)"; \
package="$$("$$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null && $(may_apt); then $(apt) "$$package"; fi; \
rm -rf .venv; \
if ! "$$python" -m venv .venv >/dev/null; then \
    rm -rf .venv; \
    echo "$$python can't make environments: its venv module is missing." >&2; \
    echo "On Debian and Ubuntu: apt-get install $$package" >&2; \
    exit 1; \
fi
endef

# The demo's page is tested in a real browser, with letters to show Korean in.
browser:
	if ! $(has_browser) && $(may_apt); then $(apt) chromium fonts-noto-cjk; fi; \
	if ! $(has_browser); then \
	    echo "!! There is no chromium here, so the browser tests are SKIPPED (apt-get install chromium)." >&2; \
	fi

has_browser = { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
may_apt = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
apt = install() { echo "Installing $$*"; \
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$$@"; } \
    >/dev/null 2>&1 || echo "!! apt-get could not install $$*" >&2; }; install
