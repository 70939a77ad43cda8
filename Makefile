# Aliases of the command line, and nothing more: `python3 -m backend --help` lists every verb.
.PHONY: run test check help

run: ## set everything up and run the demo
	python3 -m backend demo

test: ## run all tests
	python3 -m backend test

check: ## format, lint, types, import contracts, tests
	python3 -m backend check

help: ## say what can be made
	@sed -n 's/^\([a-z]*\): ## \(.*\)/make \1  \2/p' Makefile
	@python3 -m backend --help
