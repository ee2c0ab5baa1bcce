# make app: set everything up and serve the app to this machine (HOST=0.0.0.0: to everybody who can reach it). make test: set everything up and run every test.
PYTHON ?= python3
PORT ?= 8501
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
LABS = $(shell $(BIN)/python -c "from core.labs import LABS; print(*LABS)")

.PHONY: app test lint audit count load bench peers presets yardsticks clean

app: $(VENV)/app.stamp
	@echo "Lectern is at http://localhost:$(PORT)"
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: lint chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile tests

lint: $(VENV)/test.stamp
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

# every installed package against the known vulnerabilities of PyPI; it asks the network, so it is no part of the tests
audit: $(VENV)/app.stamp
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@# a CPU build of torch has the faults of its release
	$(BIN)/python -m pip freeze --disable-pip-version-check | sed 's/+.*//' > $(VENV)/audit/frozen.txt
	$(VENV)/audit/bin/pip-audit --strict --disable-pip --no-deps -r $(VENV)/audit/frozen.txt

# how far the pages keep to arranging
count: $(VENV)/test.stamp
	$(BIN)/python -m tests.count

# a class that presses Train at once, and visitors of all labs, as clients of the server's own protocol
load: $(VENV)/test.stamp
	$(BIN)/python -m tests.load --mixed 30

bench: $(VENV)/test.stamp $(VENV)/peers.stamp chromium
	$(BIN)/python -m tests.bench

# what the bench holds Lectern against, in an environment of its own
peers: $(VENV)/peers.stamp

# the runs that ship with Lectern, and the tables behind every figure under Yardstick
presets: $(VENV)/app.stamp
	for lab in $(LABS); do $(BIN)/python -m core presets $$lab || exit 1; done

yardsticks: $(VENV)/app.stamp
	for lab in $(LABS); do $(BIN)/python -m core yardsticks $$lab || exit 1; done

# the parts of Plotly that the browser loads, from npm; static/README.md says which, with their checksums
PLOTLY := 4.1.1
.PHONY: plotly
plotly:
	for part in cartesian gl3d; do \
	  npm pack --silent --pack-destination /tmp plotly.js-$$part-dist-min@$(PLOTLY) && \
	  tar -xzf /tmp/plotly.js-$$part-dist-min-$(PLOTLY).tgz -C static --strip-components=1 \
	    package/plotly-$$part.min.js package/LICENSE && mv static/LICENSE static/LICENSE-plotly.txt || exit 1; done
	sha256sum static/plotly-*.min.js

# how each lab's first picture looks, shown until Plotly's script has arrived; again after a change to a stage
.PHONY: stills
stills: $(VENV)/test.stamp chromium
	$(BIN)/python -m tests.stills

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module is missing: trying Debian's package."; \
	  .ci/apt python3-venv && $(PYTHON) -m venv --clear $(VENV); }

$(VENV)/app.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test.stamp: requirements.txt requirements-test.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@# it asks for torchvision, which none of what we hold against it needs; the rest of what it asks for is there
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps torchattacks==3.5.1
	touch $@ $(VENV)/app.stamp

$(VENV)/peers.stamp: requirements.txt requirements-peers.txt requirements-peers-alone.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-peers.txt
	$(VENV)/peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-peers-alone.txt
	@# one of them brings a package of the name “tests”, which would hide ours
	rm -rf $(VENV)/peers/lib/python3*/site-packages/tests
	touch $@

# the browser tests fail, and do not skip, when there is no Chromium
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || .ci/apt chromium

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
