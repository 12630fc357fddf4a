# What a person types. The work is done by the scripts, which run without make, too.
# ARGS goes to the command behind a target: make test ARGS="--filter IPLDTests"

SHELL := /bin/bash
ARGS ?=
# For how long make fuzz runs each target.
SECONDS ?= 60
CHECK := . scripts/lib.sh && need_swift && need_packages

.DEFAULT_GOAL := help
.PHONY: help build release test lint format demo coverage interop contract attack fuzz threads sanitize bench flood mutants revocation-delay clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

build: ## Build everything for debugging
	@$(CHECK) && swift build $(ARGS)

release: ## Build the dump command for use
	@$(CHECK) && swift build -c release --product dump $(ARGS)

test: ## Build and run all tests
	@scripts/test $(ARGS)

lint: ## Check form, direction of imports and scripts
	@scripts/lint

format: ## Rewrite the sources to the house format
	@. scripts/lib.sh && need_swift && swift format --in-place --parallel --recursive Sources Tests Benchmarks Fuzz Threads Package.swift

demo: ## Build the command and run its demonstration
	@scripts/demo $(ARGS)

interop: ## Compare with the example in Python, over many good and bad grants
	@scripts/interop $(ARGS)

contract: ## Hold a live node against openapi.yaml, and play the story over HTTP alone
	@scripts/contract $(ARGS)

attack: ## Attack our own files and API: link accounts and pseudonyms (PLANT=1: with a leak)
	@scripts/attack $(ARGS)

coverage: ## Run all tests and list the lines they reach
	@scripts/coverage $(ARGS)

fuzz: ## Fuzz each of the readers for SECONDS seconds
	@scripts/fuzz --seconds "$(SECONDS)" $(ARGS)

threads: ## Run the concurrency tests under the thread sanitizer
	@scripts/test-threads $(ARGS)

sanitize: ## Run the tests of keys and stores under the address and the thread sanitizer
	@scripts/sanitize $(ARGS)

revocation-delay: ## Measure how soon components refuse what was revoked
	@scripts/revocation-delay $(ARGS)

flood: ## Measure whether genuine requests arrive, and are seen, while one node floods an owner
	@scripts/flood $(ARGS)

mutants: ## Take the checks against abuse out of a copy, one at a time, and see tests fail
	@$(CHECK) && scripts/mutants $(ARGS)

bench: ## Measure beside what cannot be beaten, and print the ratios
	@scripts/bench $(ARGS)

clean: ## Remove what was built
	rm -rf .build .build-address .build-contract .build-coverage .build-fuzz .build-interop .build-mutants .build-thread .build-threads .build-threads-all Benchmarks/.build
