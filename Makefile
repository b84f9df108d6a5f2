# Two commands matter: `make course` and `make test`. README.md gives the same lines for machines without make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: course test doctor bench bench-hub exercises release notebooks test-newest clean

course: $(VENV)/course-ready
	$(BIN)/python -m aicapital course

test: $(VENV)/test-ready
	@test -d tests || { echo "This copy of the course comes without its tests; there is nothing to run."; exit 1; }
	$(BIN)/python -m pytest tests notebooks solutions --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg -n 2 --dist loadfile

# Runs where the set-up is broken, too: then with the system's Python.
doctor:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m aicapital doctor; else $(PYTHON) -m aicapital doctor; fi

# A stamp per set-up: a second run of either command starts within seconds.
$(VENV)/course-ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test-ready: $(VENV)/course-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]' -r requirements.txt
	@if command -v npm >/dev/null; then npm ci --prefix tests/hub --silent --no-fund --no-audit; \
	else echo "No npm here: the tests on JupyterHub will be skipped."; fi
	touch $@

bench: $(VENV)/test-ready
	$(BIN)/python -m tests.bench

bench-hub: $(VENV)/test-ready
	$(BIN)/python -m tests.bench.classroom

exercises: $(VENV)/test-ready
	$(BIN)/python -m aicapital exercises

release: $(VENV)/test-ready
	$(BIN)/python -m aicapital release

notebooks: $(VENV)/test-ready
	$(BIN)/python -m aicapital execute

# The five named packages at their newest, without our pins: shows what is about to break.
test-newest:
	$(PYTHON) -m venv $(VENV)-newest
	$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --pre jupyterlab nbval pandas matplotlib ipywidgets
	$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check -e . pytest pytest-timeout pytest-xdist hypothesis
	AICAPITAL_PROGRESS=$$(mktemp -d) $(VENV)-newest/bin/python -m pytest notebooks solutions --nbval-lax -n 2 --dist loadfile

clean:
	rm -rf $(VENV) $(VENV)-newest dist
