# make run    the server on its embedded database, answering for demo phones
# make test   everything: formatting, lints, unit tests, the whole system against real servers
# make bench  figures
# make build  target/release/dialplate and the vendors' components in target/plugins
#
# One profile and one target folder for all of it: wasmtime alone takes seven minutes to build, once.

CARGO ?= cargo
export CARGO_TERM_COLOR ?= never

.PHONY: build host plugins run test fresh lint bench setup-build setup-test clean

build: host plugins

host: setup-build
	$(CARGO) build --release --workspace

plugins: setup-build
	plugins/build.sh

run: build
	target/release/dialplate serve

lint: setup-build
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings

# --all-targets: tests bring features of their own, and what is built with them here is not built again below.
test: setup-test lint
	$(CARGO) build --release --workspace --all-targets
	plugins/build.sh
	plugins/build.sh tests/guests target/guests
	$(CARGO) test --release --workspace

# make run and make test on a fresh minimal Debian 12, as root; tests/fresh.sh describes it.
fresh:
	tests/fresh.sh

# Figures, not tests: parse and render by template size, the whole server under load, start and swap times, one request
# room by room, a fork per request against a long-lived instance.
bench: setup-test build
	plugins/build.sh tests/guests target/guests
	$(CARGO) bench --workspace --bench templates --bench load --bench reload
	$(CARGO) test --release --workspace --lib measure:: -- --ignored --nocapture --test-threads 1

# What is missing is installed where this is Debian and we are root, and named where it is not.
setup-build:
	@tests/setup.sh build

setup-test:
	@tests/setup.sh test

clean:
	$(CARGO) clean
