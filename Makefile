# `make demo` and `make test` work from a bare clone: they install what is missing.

SHELL := /bin/bash -eu -o pipefail
GO ?= go
BIN := bin
# The linter's version is pinned here and nowhere else.
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Packages that reach no C code, and the rest.
ALL := $(GO) list ./...

.PHONY: demo test race short build nocgo lint vet fmt bench fuzz crash setup setup-test clean help

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## install what the build needs (a second run does nothing)
	@scripts/setup build

setup-test:
	@scripts/setup test

demo: setup ## sweep the Gray-Scott equations into grayscott.h5, and draw grayscott.png
	@$(GO) build -o $(BIN)/kleptoinspect ./cmd/kleptoinspect
	@$(GO) build -o $(BIN)/grayscott ./examples/grayscott
	@$(BIN)/grayscott

build: setup ## build everything
	$(GO) build ./...

test: setup-test ## run all tests
	$(GO) test ./...

race: setup-test ## run all tests under the race detector, which also checks pointers
	$(GO) test -race ./...

nocgo: ## build and vet, without cgo, all packages that need no HDF5
	scripts/nocgo

vet: setup
	$(GO) vet ./...

lint: setup ## vet and golangci-lint
	scripts/lint "$(GOLANGCI)"

fmt: ## format all Go files
	gofmt -w $$(git ls-files '*.go')

bench: setup ## measure: one line a target with ours, reference, ratio and verdict
	scripts/bench

fuzz: setup ## run every fuzz target for FUZZTIME (default 30s) each
	scripts/fuzz

clean: ## remove what the build and the demo made
	rm -rf $(BIN) .tools grayscott.h5 grayscott.h5-wal grayscott.png
