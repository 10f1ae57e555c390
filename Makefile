# make run     the server on its embedded database, answering for demo phones
# make test    everything: formatting, lints, unit tests, the whole system against real servers; ONLY=SUBSTRING
# make check   what is quick: formatting, lints, unit tests of the changed crates
# make plugin  one component: NAME=yealink, DEV=1 without link-time optimisation
# make bench   measurements
# make build   target/release/dialplate and the vendors' components in target/plugins
# make fresh   make run and make test on a fresh minimal Debian 12
# make deb     a Debian package in target/debian; installs cargo-deb
# make deb-test  the package in a fresh minimal Debian 12: install, upgrade, remove, purge
# make deny    licenses, bans and sources of the dependencies; installs cargo-deny
#
# All targets share one profile and one target folder: wasmtime alone takes seven minutes to build.

CARGO ?= cargo
export CARGO_TERM_COLOR ?= never
# Tests of the whole system mostly wait for servers and compilers of their own, so twice as many run as there are processors.
SYSTEM_THREADS ?= $(shell echo $$((2 * $$(nproc))))
SKIPPED := $(CURDIR)/target/skipped.log
TESTS = $(CARGO) test --release --workspace
NAMED = $(if $(ONLY),-- $(ONLY))

.PHONY: build host plugins plugin run check test fresh deb deb-test lint lint-fuzzing deny bench setup-build setup-test clean

build: host plugins

host: setup-build
	$(CARGO) build --release --workspace

plugins: setup-build
	plugins/build.sh

plugin: setup-build
	@[ -n "$(NAME)" ] || { echo "usage: make plugin NAME=yealink [DEV=1]"; exit 1; }
	DEV=$(DEV) plugins/build.sh plugins target/plugins $(NAME)

run: build
	target/release/dialplate serve

# The loop while editing: formatting, lints, and the unit tests of the crates that differ from main.
check: setup-build
	tests/check.sh

lint: setup-build
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings
	$(MAKE) --no-print-directory lint-fuzzing
	@if command -v cargo-deny >/dev/null; then $(CARGO) deny check licenses bans sources; \
	else echo "lint: cargo-deny is not installed, so licenses and sources were not checked; 'make deny' installs it"; fi

# The part of the fuzz targets that only libFuzzer's builds contain. The template language's two show that it compiles;
# the same check of the server's would compile wasmtime again. A custom library, which clippy does not link, saves a C++
# compiler.
lint-fuzzing:
	RUSTFLAGS="--cfg fuzzing" CUSTOM_LIBFUZZER_PATH=not/linked.a \
		$(CARGO) clippy --release --package dialplate-smarty-fuzz --bins --target-dir target/fuzz -- -D warnings

deb: build
	command -v cargo-deb >/dev/null || CARGO_TARGET_DIR=target/deb $(CARGO) install --locked cargo-deb
	CARGO="$(CARGO)" packaging/stage.sh target/package
	$(CARGO) deb --package dialplate --no-build --no-strip --output target/debian/

# The package in a root of its own, as root; tests/package.sh describes it.
deb-test: deb
	tests/package.sh

deny: setup-build
	command -v cargo-deny >/dev/null || CARGO_TARGET_DIR=target/deny $(CARGO) install --locked cargo-deny
	$(CARGO) deny check licenses bans sources

# These targets are those of the tests below, so nothing is built twice. The lints look at the benchmarks, too.
# ONLY=SUBSTRING runs the tests whose names contain it, without the lints.
test: setup-test $(if $(ONLY),,lint)
	$(CARGO) build --release --workspace --lib --bins --examples --tests
	plugins/build.sh
	plugins/build.sh tests/guests target/guests
	@rm -f $(SKIPPED)
	export DIALPLATE_SKIPPED_LOG=$(SKIPPED); \
	$(TESTS) --lib --bins --examples $(NAMED) && \
	RUST_TEST_THREADS=$(SYSTEM_THREADS) $(TESTS) --test '*' $(NAMED) && \
	$(TESTS) --doc $(NAMED); status=$$?; \
	if [ -s $(SKIPPED) ]; then echo "$$(wc -l < $(SKIPPED)) skipped:"; sort $(SKIPPED) | uniq -c; \
	else echo "0 skipped"; fi; exit $$status

# make run and make test on a fresh minimal Debian 12, as root; tests/fresh.sh describes it.
fresh:
	tests/fresh.sh

# Measurements: parse and render by template size, the server under load, start and swap times, one request room by
# room, a fork per request against a long-lived instance; the table of docs/performance.md, the cost of a request as
# tables, plugins and templates grow, phones while browsers poll the console, and a storm of ten thousand phones.
bench: setup-test build
	plugins/build.sh tests/guests target/guests
	$(CARGO) bench --workspace --bench templates --bench load --bench reload --bench request \
		--bench performance --bench growth --bench console --bench storm

# Installs missing packages on Debian as root, and names them elsewhere.
setup-build:
	@tests/setup.sh build

setup-test:
	@tests/setup.sh test

clean:
	$(CARGO) clean
