# Two commands matter: `make course` and `make test`. README.md gives the same lines for machines without make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NPM_CI := npm ci --silent --no-audit --no-fund
SHEET ?= auto
OUT ?= graded
# Where the environment forbids Python its caches, a hundred processes would compile the course anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: course test doctor bench bench-hub bench-grading test-grading exercises release grade marks notebooks changed site slides test-newest clean

course: $(VENV)/course-ready
	$(BIN)/python -m aicapital course

test: $(VENV)/test-ready
	@test -d tests || { echo "This copy of the course comes without its tests; there is nothing to run."; exit 1; }
	$(BIN)/python -m pytest tests notebooks solutions --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg -n 3 --dist loadfile

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
	@if command -v npm >/dev/null; then $(NPM_CI) --prefix web; \
	else echo "No npm here: the tests on JupyterHub and of the site's pages and slides will be skipped."; fi
	touch $@

$(VENV)/site-ready: $(VENV)/course-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[site]' -r requirements.txt
	touch $@

# What the talks need; the tests take the rest of web/package.json too.
web/node_modules/reveal.js/package.json: web/package-lock.json
	$(NPM_CI) --omit=dev --prefix web
	touch $@

bench: $(VENV)/test-ready
	$(BIN)/python -m tests.bench

# Our grader beside nbgrader's autograde, in one run.
bench-grading: $(VENV)/test-ready
	$(BIN)/python -m tests.bench.grading

# The same marks as nbgrader on every sample of every sheet, and every variant of every question; a few of them are in `make test`.
test-grading: $(VENV)/test-ready
	COURSE_LONG_TESTS=1 $(BIN)/python -m pytest tests/test_grading_nbgrader.py tests/test_variants.py

bench-hub: $(VENV)/test-ready
	$(BIN)/python -m tests.bench.classroom

exercises: $(VENV)/test-ready
	$(BIN)/python -m aicapital exercises

# make release [VARIANTS=roster.csv [SECRET=file] [SHEET=01]]: the zips; with a roster one a learner, with own numbers
release: $(VENV)/test-ready
	$(BIN)/python -m aicapital release $(if $(VARIANTS),--variants "$(VARIANTS)" $(if $(SECRET),--secret "$(SECRET)") $(if $(filter-out auto,$(SHEET)),--sheet "$(SHEET)"))

# make grade SUBMISSIONS=folder [SHEET=01] [OUT=graded] [ROSTER=roster.csv] [VARIANTS=roster.csv [SECRET=file]] [OPTIONS="--due 2026-11-25T18:00"]
grade: $(VENV)/teach-ready
	@test -n "$(SUBMISSIONS)" || { echo "Say where they are: make grade SUBMISSIONS=folder"; exit 1; }
	$(BIN)/python -m aicapital grade "$(SHEET)" "$(SUBMISSIONS)" --out "$(OUT)" --nbgrader $(if $(ROSTER),--roster "$(ROSTER)") $(if $(VARIANTS),--variants "$(VARIANTS)" $(if $(SECRET),--secret "$(SECRET)")) $(OPTIONS)

# make marks [OUT=graded] [ROSTER=roster.csv]: adds the marks made by hand
marks: $(VENV)/teach-ready
	$(BIN)/python -m aicapital marks "$(OUT)" $(if $(ROSTER),--roster "$(ROSTER)")

$(VENV)/teach-ready: $(VENV)/course-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[teach]' -r requirements.txt
	touch $@

notebooks: $(VENV)/test-ready
	$(BIN)/python -m aicapital execute

# dist/site: open its index.html. No kernel, no server, no network.
site: $(VENV)/site-ready
	$(BIN)/python -m aicapital site

# The same folder with one talk a lesson in dist/site/slides.
slides: $(VENV)/site-ready web/node_modules/reveal.js/package.json
	$(BIN)/python -m aicapital site --slides web/node_modules/reveal.js

# What an edit of data/ moves: old, new, and where it is shown. Since another state: make changed SINCE=main
changed: $(VENV)/test-ready
	$(BIN)/python -m aicapital changed $(if $(SINCE),--since $(SINCE))

# The five named packages at their newest, without our pins: shows what is about to break.
test-newest:
	$(PYTHON) -m venv $(VENV)-newest
	$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --pre jupyterlab nbval pandas matplotlib ipywidgets
	$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check -e . pytest pytest-timeout pytest-xdist hypothesis
	AICAPITAL_PROGRESS=$$(mktemp -d) $(VENV)-newest/bin/python -m pytest notebooks solutions --nbval-lax -n 2 --dist loadfile

clean:
	rm -rf $(VENV) $(VENV)-newest web/node_modules dist
