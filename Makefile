# `make demo` and `make test` work from a bare clone: they install what is missing.

SHELL := /bin/bash -eu -o pipefail
GO ?= go
BIN := bin
# The linter's version is pinned here and nowhere else.
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help demo test race build nocgo vet lint fmt bench bench-peers fuzz crash hdf5next setup setup-test clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: setup ## sweep the Gray-Scott equations into grayscott.h5, and draw grayscott.png
	@$(GO) build -o $(BIN)/kleptoinspect ./cmd/kleptoinspect
	@$(GO) build -o $(BIN)/grayscott ./examples/grayscott
	@$(BIN)/grayscott

test: setup-test ## run all tests
	$(GO) test ./...
	cd benchmarks && $(GO) test ./...
	if [ "$$($(GO) env GOARCH)" = amd64 ]; then GOEXPERIMENT=simd $(GO) test ./rounding; fi

race: setup-test ## run all tests under the race detector, which also checks pointers
	$(GO) test -race -short $$($(GO) list ./... | grep -v /internal/crash) # which drives C programs

build: setup ## build everything
	$(GO) build ./...
	cd benchmarks && $(GO) build ./...

nocgo: ## build and vet, without cgo, all packages that need no HDF5
	scripts/nocgo

vet: setup ## go vet
	$(GO) vet ./...
	cd benchmarks && $(GO) vet ./...

lint: setup ## golangci-lint, built on first use
	scripts/lint "$(GOLANGCI)"

fmt: ## format all Go files
	gofmt -w $$(git ls-files '*.go')

bench: setup ## measure: a line per target with ours, reference, ratio and verdict
	scripts/bench

bench-peers: setup ## the same calls in Python's memoizers, beside ours
	scripts/bench-peers

fuzz: setup ## run every fuzz target, FUZZTIME each (default 30s)
	scripts/fuzz

crash: setup-test ## kills, power cuts and damaged files by the thousand (hours)
	$(GO) test ./hdfarchive/internal/crash -trials=2000 -timeout=3h
	$(GO) test ./hdfarchive -run 'TestManyProcesses|TestLiveReader|Leaks' -long -timeout=6h
	$(GO) test ./hdfarchive -run 'TestDamaged$$' -damaged=5000 -timeout=3h
	$(GO) test ./cmd/kleptoinspect -run 'TestDamagedFiles' -mutations=5000 -timeout=6h

hdf5next: setup-test ## the tests of hdfarchive with the HDF5 of the next Debian release, which it builds (half an hour)
	scripts/hdf5next

setup: ## install what the build needs (a second run does nothing)
	@scripts/setup build

setup-test:
	@scripts/setup test

clean: ## remove what the build and the demo made
	rm -rf $(BIN) .tools grayscott.h5 grayscott.h5-wal grayscott.png pattern.png
