# Two commands: `make run` opens the chat on seeds/, `make test` runs every test. Both set up what they need first.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check

.PHONY: run test test-llm named-model check eval lock clean

run: .venv/.ready
	@exec .venv/bin/kiosque start

test: .venv/.dev
	$(PY) -m pytest

# Answers by a real local model, through llama.cpp's server: make test-llm MODEL=path/to/model.gguf (docs/chat_model.md).
test-llm: named-model .venv/.dev .venv/llm/.ready
	KIOSQUE_TEST_MODEL="$$(realpath "$(MODEL)")" $(PY) -m pytest -v -s tests/answering/generating/test_real_model.py

named-model:
	@test -f "$(MODEL)" || { echo 'Name a model file: make test-llm MODEL=path/to/model.gguf'; exit 2; }

# Formatting, lint, types and import rules: what CI asks for besides the tests.
check: .venv/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

# The regression gate: the seed questions and 300 of PIAF, against evaluation/baseline.json.
eval: .venv/.dev
	$(PY) -m evaluation gate

.venv/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kiosque needs Python 3.11 or newer; name one with: make run PYTHON=python3.12")'
	$(PYTHON) -m venv --clear .venv

# torch goes first and alone: whichever build of it is there (the CPU's will do), the rest then asks for no other.
.venv/.ready: requirements.lock bot/launcher.py | .venv/bin/pip
	$(PIP) install --quiet "$$(grep '^torch==' requirements.lock)"
	$(PIP) install --quiet -r requirements.lock
	$(PY) bot/launcher.py
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.ready
	$(PIP) install --quiet -r requirements-dev.lock
	@touch $@

# llama.cpp is compiled here where there is no wheel of it: it is no part of Kiosque, and has a venv of its own. Without
# what reads images (LLAVA), which is a third of it. Slow or shared machine: CMAKE_BUILD_PARALLEL_LEVEL=1 make test-llm ...
.venv/llm/.ready: | .venv/bin/pip
	$(PYTHON) -m venv --clear .venv/llm
	CMAKE_ARGS="-DLLAVA_BUILD=OFF $$CMAKE_ARGS" .venv/llm/bin/pip --disable-pip-version-check install --quiet 'llama-cpp-python[server]'
	@touch $@

# Pin anew. The locks name packages and versions, never the registry that they came from.
lock:
	$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv
	.venv/lock/bin/uv pip compile --quiet --upgrade --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock
	.venv/lock/bin/uv pip compile --quiet --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	sed -i 's/+cpu$$//; /^\(cuda\|nvidia\|triton\)\b/d' requirements.lock requirements-dev.lock  # for any build of torch
	rm -rf .venv/lock

clean:
	rm -rf .venv var
