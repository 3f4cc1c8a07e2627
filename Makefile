# `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\#.*/\1/p' $(MAKEFILE_LIST))

SWIFT_FILES := Sources Tests Benchmarks Examples $(wildcard Fuzz/*Fuzzer) Fuzz/Package.swift Package.swift
# In our own targets only: the package manager keeps this flag from the dependencies.
STRICT := -Xswiftc -warnings-as-errors

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install-deps: ## install the Debian packages that the build and the tests need
	@scripts/install-deps.sh test

build: ## build .build/release/maildir-bounce, with Swift's libraries inside
	@scripts/install-deps.sh build
	scripts/build-release.sh

rules: ## compile Rules/*.toml into the table that the program holds, Sources/CRules/table.inc
	scripts/compile-rules.sh

man: ## write the manual pages, dist/man/*.1, from what the debug build says of itself
	swift build --product maildir-bounce
	scripts/manual.py .build/debug/maildir-bounce dist/man "$$(git log -1 --format=%cs)"

documentation: ## write the reference of the libraries, dist/documentation/MODULE
	scripts/documentation.sh

deb: ## make dist/maildir-bounce_VERSION_ARCHITECTURE.deb
	scripts/deb.sh

test-deb: ## install, upgrade, remove and purge the package in a clean Debian (root; minutes)
	@scripts/install-deps.sh package
	Tests/packaging/run.sh

test-newcomer: ## follow docs/operations.md in a clean Debian until a dead address is suppressed (root; minutes)
	@scripts/install-deps.sh package
	Tests/packaging/newcomer.sh

TESTS := test-unit test-speed test-docs test-examples test-libraries test-html test-postfix test-server test-exports test-hooks \
	test-dns test-man test-units test-some-faults

test: install-deps lint $(TESTS) ## all that CI runs, each part of which is a target below

build-tests:
	swift build --build-tests $(STRICT)
	scripts/compile-rules.sh --check

test-unit: build-tests ## the unit tests
	swift test --skip-build $(STRICT)

test-speed: build-tests ## instructions against those that are recorded, and a backlog of 20,000 messages
	Benchmarks/instructions
	Benchmarks/backlog --count 20000 --program .build/debug/maildir-bounce

test-docs: build-tests ## links, commands and numbers of the documents
	Tests/docs/run.sh

test-examples: build-tests ## the examples that are shell scripts
	Tests/examples/run.sh

test-libraries: build-tests ## the libraries and their reference, as another program has them
	scripts/documentation.sh --skip-build
	Tests/libraries/run.sh

test-html: build-tests ## the page, in a browser
	Tests/html/run.sh

test-postfix: build-tests ## delivery by a real Postfix
	Tests/postfix/run.sh

test-server: build-tests ## a ledger on a real PostgreSQL, in part (test-postgresql: all)
	Tests/postgresql/run.sh --quick

test-exports: build-tests ## lists and maps, read by the programs that they are for
	Tests/exports/run.sh

test-hooks: build-tests ## the examples of hooks, against servers that fail, and with kills at random moments
	Tests/hooks/run.sh

test-dns: build-tests ## doctor against a name server
	Tests/dns/run.sh

test-man: build-tests ## the manual pages
	Tests/packaging/man.sh

test-units: build-tests ## the units of systemd
	Tests/packaging/units.sh

test-some-faults: build-tests ## some kills and full disks (test-faults: all)
	Tests/faults/run.sh --quick
	Tests/faults/rows.py .build/debug/maildir-bounce

test-faults: ## kill, starve and race the real binary at every system call (half an hour; docs/reliability.md)
	@scripts/install-deps.sh test
	swift build --product maildir-bounce $(STRICT)
	Tests/faults/run.sh

test-postgresql: ## the ledger on PostgreSQL: its unit tests, kills, outages, failover, TLS (some ten minutes; docs/scale.md)
	@scripts/install-deps.sh test
	swift build --build-tests $(STRICT)
	Tests/postgresql/run.sh

integrations: ## run the recipes of docs/integrations.md: mail libraries, list managers, fetchmail and its like (minutes)
	@scripts/install-deps.sh integrations
	swift build --product maildir-bounce $(STRICT)
	Tests/integrations/run.sh

score: build ## score the release build on labelled mails: CORPUS=folder with score.py, MAILS=another folder of mails
	scripts/score.sh $(CORPUS) $(MAILS)

test-mutations: ## cut every report of the fixtures at every byte (minutes)
	EXHAUSTIVE=1 swift test --filter MutationTests

simulate-week: ## a week of a million reports in which a provider fails; takes some minutes (docs/policy.md)
	swift build -c release --product simulate-week
	.build/release/simulate-week

simulate-year: ## a year of mailings to 100,000 addresses of which the truth is known; takes some minutes (docs/policy.md)
	swift build -c release --product simulate-year
	.build/release/simulate-year --seed 1
	.build/release/simulate-year --seed 2

test-sanitize: install-deps ## run the unit tests with the thread sanitizer, and then with the address sanitizer
	swift test --sanitize thread --scratch-path .build-tsan
	# Without its look for leaks: Foundation keeps for good what it read of each file.
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize address --scratch-path .build-asan

hostile-cost: build ## show what hostile mail of 1 to 64 MB costs; fails where a form costs more than its size
	Tests/hostile/cost.py

fuzz: ## run each fuzzer RUNS times (default: 100000)
	for target in mime classifier name config; do Fuzz/run.sh $$target $(or $(RUNS),100000) || exit; done

demo: ## scan a folder of sample bounces and show what comes out
	@scripts/demo.sh

backlog: build ## reprocess a generated backlog of a million mails, killed twice on the way (minutes)
	Benchmarks/backlog --count 1000000

bench: build ## time a scan beside the file system's own limit and other programs; what each stage takes (docs/performance.md)
	Benchmarks/bench $(BENCH)
	Benchmarks/instructions --build release --stages

growth: build ## show how cost grows with the number of messages, their size, and the ledger (minutes; 5 GB of disk)
	Benchmarks/growth

scale: build ## measure a ledger on PostgreSQL beside one in SQLite, near, far away and as it grows (docs/scale.md)
	Benchmarks/scale

instructions: build ## count the instructions of fixed runs of the release build, stage by stage (docs/performance.md)
	Benchmarks/instructions --build release --stages

lint: ## check the format of the Swift files, and that no two folders use each other
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)
	scripts/check-folders.py

format: ## rewrite the Swift files in the project's format
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

clean: ## remove what was built
	rm -rf .build dist
