# `make` lists the targets. Everything built lies in this folder: .tools, .venv, .jupyter, out.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ROOT := $(CURDIR)
TOOLS := $(ROOT)/.tools
VENV := $(ROOT)/.venv
NOTEBOOK := notebooks/00_quickstart.ipynb
# All notebooks, or those that NB names: NB=notebooks/03_x.ipynb, or NB=03.
NOTEBOOKS = $(if $(NB),$(or $(wildcard $(NB) notebooks/$(NB) notebooks/$(NB)*.ipynb),$(error NB=$(NB) is no notebook)),$(sort $(wildcard notebooks/*.ipynb)))
GOPLS := v0.20.0
STATICCHECK := v0.8.2

# Which backend: empty takes the best, `go` the one in pure Go, else a GOMLX_BACKEND such as xla:cuda.
BACKEND ?= $(GOMLX_BACKEND)

# Tools are the same for every backend, so their build does not see its settings.
GO_PLAIN := env -u GOEXPERIMENT -u CGO_ENABLED GOFLAGS="$(shell go env GOFLAGS 2>/dev/null)"
GO_TOOL := $(GO_PLAIN) GOBIN=$(TOOLS) go install

ifneq ($(BACKEND),)
export GOMLX_BACKEND := $(BACKEND)
endif
ifeq ($(BACKEND),go)
export CGO_ENABLED := 0
export GOEXPERIMENT := simd
export GOFLAGS := $(strip $(shell go env GOFLAGS 2>/dev/null) -tags=noxla)
endif

# Nothing goes into the user's home but Go's own caches.
export JUPYTER_DATA_DIR := $(ROOT)/.jupyter
export JUPYTER_CONFIG_DIR := $(ROOT)/.jupyter/config
export JUPYTER_RUNTIME_DIR := $(ROOT)/.jupyter/runtime
export IPYTHONDIR := $(ROOT)/.jupyter/ipython
export GOPLSCACHE := $(ROOT)/.jupyter/gopls
export STATICCHECK_CACHE := $(TOOLS)/.staticcheck-cache
export PIP_NO_CACHE_DIR := 1
export AUG_PJRT_DIR := $(TOOLS)/pjrt
export AUG_PYTHON := $(VENV)/bin/python
export PATH := $(TOOLS):$(PATH)

PYTHON := $(VENV)/bin/python -B
RUN := $(PYTHON) augkit/notebook/run.py

.PHONY: help quickstart test notebooks stale outputs html browser latency lab bench bench-pytorch clean distclean tools venv kernel aug setup \
	prerequisites lock oracle

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo "  add BACKEND=go for the backend in pure Go (no C compiler, no plug-in)"

quickstart: kernel setup ## everything from nothing: tools, backend, the first notebook executed, its table and page
	@rm -rf out/quickstart_table.txt out/runs
	@mkdir -p out
	@AUG_FULL=$${AUG_FULL-1} AUG_RUNS=$(ROOT)/out/runs AUG_QUICKSTART_TABLE=$(ROOT)/out/quickstart_table.txt $(RUN) $(NOTEBOOK) --out out
	@echo
	@cat out/quickstart_table.txt || { echo "the notebook left no table (it writes the file that AUG_QUICKSTART_TABLE names)" >&2; exit 1; }
	@echo
	@echo "the notebook as a page: $(ROOT)/out/$(basename $(notdir $(NOTEBOOK))).html"

test: kernel setup ## vet, staticcheck, unit and graph tests, every notebook in fast mode (AUG_FULL=1: whole)
	go vet ./...
	staticcheck ./...
	go test ./...
	$(PYTHON) -m unittest discover --start-directory augkit/notebook
	@$(MAKE) --no-print-directory stale notebooks

notebooks: kernel setup ## execute every notebook in fast mode, or one (NB=03), into out/test; a cell that fails fails it
	@rm -rf out/test
	@mkdir -p out/test
	@AUG_QUICKSTART_TABLE=$(ROOT)/out/test/quickstart_table.txt $(RUN) $(NOTEBOOKS) --out out/test --runs out/test/runs --jobs 2

stale: venv ## check that committed outputs are whole, of the full mode, and made from the code cells beside them
	@$(PYTHON) augkit/notebook/check.py $(NOTEBOOKS)

outputs: kernel setup ## execute every notebook whole, or one (NB=03), and put the outputs into notebooks/, to be committed
	@# A notebook whose cell fails leaves nothing there, and the others are put in their place.
	@rm -rf out/outputs
	@mkdir -p out/outputs
	@AUG_FULL=1 AUG_QUICKSTART_TABLE= $(RUN) $(NOTEBOOKS) --out out/outputs --runs out/outputs/runs || code=$$?; \
	for executed in out/outputs/*.ipynb; do [ ! -e "$$executed" ] || cp "$$executed" notebooks/; done; exit $${code:-0}

html: venv ## the notebooks as they are committed, as a site that works offline: out/site/index.html
	@rm -rf out/site
	@$(PYTHON) augkit/notebook/site_pages.py $(NOTEBOOKS) --out out/site

browser: kernel setup html $(TOOLS)/browser/.done ## JupyterLab in headless Chromium: live panel, interrupt, pictures in out/browser
	@$(TOOLS)/browser/bin/python -B augkit/notebook/browser.py

latency: kernel setup ## seconds from running a cell to its first output
	@$(PYTHON) augkit/notebook/latency.py

lab: kernel setup ## JupyterLab on the notebooks
	@PATH="$(TOOLS)/lab:$$PATH" $(VENV)/bin/python -m jupyterlab --ServerApp.root_dir=$(ROOT)/notebooks $(LABFLAGS)

bench: setup ## every benchmark
	go test -run='^$$' -bench=. -benchmem ./...

bench-pytorch: setup $(TOOLS)/pytorch/.done ## the same work in PyTorch, beside ours; renews its table in BENCHMARKS.md (network, once: 3 GB; BENCHFLAGS)
	@GOMLX_BACKEND= go run ./augkit/bench -python $(TOOLS)/pytorch/bin/python -into BENCHMARKS.md $(BENCHFLAGS)

oracle: ## compute the golden cases of augkit/parity again, with PyTorch (network; not needed to run the project)
	@env=$$(mktemp -d) && trap 'rm -rf "$$env"' EXIT && python3 -m venv $$env && \
	$$env/bin/pip install --quiet -r augkit/parity/oracle/requirements.txt && \
	$$env/bin/python -B augkit/parity/oracle/oracle.py augkit/parity/testdata

clean: ## remove what is quickly made again: out, the kernel, aug
	rm -rf out .jupyter .tools/aug .tools/kernel

distclean: clean ## also remove the tools, the plug-in and the Python environment
	rm -rf .tools .venv

prerequisites:
	@.ci/prerequisites "$(BACKEND)"

tools: $(TOOLS)/.modules $(TOOLS)/.gonb $(TOOLS)/.gopls-$(GOPLS) $(TOOLS)/.staticcheck-$(STATICCHECK) ## GoNB, goimports, gopls and staticcheck, pinned, in .tools

venv: $(VENV)/.done ## JupyterLab and what runs notebooks, locked with hashes, in .venv

kernel: tools venv ## the GoNB kernel, in .jupyter
	@# It names this folder, so its stamp does too: a clone that was moved gets a new one.
	@stamp=$(JUPYTER_DATA_DIR)/.kernel; \
	if [ "$$(cat $$stamp 2>/dev/null)" != "$(ROOT)" ] || [ .ci/kernel -nt $$stamp ] || ! grep -qs "$(ROOT)/.tools/kernel:" .tools/kernel/go; then \
		echo "installing the GoNB kernel into .jupyter"; \
		.ci/kernel $(ROOT); \
		echo "$(ROOT)" >$$stamp; \
	fi

aug: | prerequisites ## the command, as .tools/aug
	@echo "building .tools/aug"
	@mkdir -p $(TOOLS)
	@go build -o $(TOOLS)/aug ./augkit/cmd/aug

setup: aug venv ## find a backend, installing XLA's CPU plug-in if there is none
	@$(TOOLS)/aug setup

# Every module that a package, a test or a notebook may need, so that later runs need no network.
$(TOOLS)/.modules: go.mod go.sum | prerequisites
	@mkdir -p $(TOOLS)
	@$(GO_PLAIN) CGO_ENABLED=1 go list -e -deps -test ./... github.com/janpfeifer/gonb/gonbui/... >/dev/null
	@touch $@

# Each stamp names what it stands for, so that a new version makes a new one.
$(TOOLS)/.gonb: go.mod | prerequisites
	@mkdir -p $(TOOLS)
	@version=$$(go list -m github.com/janpfeifer/gonb golang.org/x/tools | tr '\n' ' '); \
	if [ "$$version" != "$$(cat $@ 2>/dev/null)" ]; then \
		echo "building gonb and goimports"; \
		$(GO_TOOL) tool; \
	fi; \
	echo "$$version" >$@

$(TOOLS)/.gopls-$(GOPLS): | prerequisites
	@echo "building gopls $(GOPLS)"
	@mkdir -p $(TOOLS)/lab
	@# Apart from the others: only JupyterLab needs it, and the kernel starts it wherever it finds it.
	@$(subst GOBIN=$(TOOLS),GOBIN=$(TOOLS)/lab,$(GO_TOOL)) golang.org/x/tools/gopls@$(GOPLS)
	@touch $@

$(TOOLS)/.staticcheck-$(STATICCHECK): | prerequisites
	@echo "building staticcheck $(STATICCHECK)"
	@mkdir -p $(TOOLS)
	@$(GO_TOOL) honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK)
	@touch $@

$(VENV)/.done: .ci/requirements.txt | prerequisites
	@echo "installing JupyterLab into .venv"
	@python3 -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: -r .ci/requirements.txt
	@touch $@

# Apart from the others: who only runs notebooks does not download it.
$(TOOLS)/browser/.done: .ci/browser.txt | prerequisites
	@echo "installing what drives a browser into .tools/browser"
	@mkdir -p $(TOOLS)
	@python3 -m venv --clear $(TOOLS)/browser
	@$(TOOLS)/browser/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: -r .ci/browser.txt
	@touch $@

# Only benchmarks need PyTorch.
$(TOOLS)/pytorch/.done: augkit/bench/requirements.txt | prerequisites
	@echo "installing PyTorch into .tools/pytorch"
	@mkdir -p $(TOOLS)
	@python3 -m venv --clear $(TOOLS)/pytorch
	@$(TOOLS)/pytorch/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: -r augkit/bench/requirements.txt
	@touch $@

lock: ## rewrite .ci/requirements.txt and browser.txt, and what augkit/bench needs, from their .in files (network)
	@lock=$$(mktemp -d) && python3 -m venv $$lock && $$lock/bin/pip install --quiet uv && \
	for name in requirements browser; do \
		$$lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url .ci/$$name.in -o .ci/$$name.txt || exit; \
	done && \
	$$lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url augkit/bench/requirements.in -o augkit/bench/requirements.txt && rm -rf $$lock
