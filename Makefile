# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make demo   shows the module at work on a real log
#   make check  passes all tests
#   make check-hosts   does so on the other supported hosts, in folders of their own; takes root
#   make bench  measures it against the host's C module; ROUNDS=n
#   make build  builds build/modules/libmod-python.so, the module as it is shipped
#
# Each does its set-up itself: as root on a fresh Debian machine nothing else has to be typed.

CARGO ?= cargo
LOG ?= /var/log/dpkg.log
MODULES := build/modules

# Most tests wait for a daemon and leave the processor alone meanwhile.
TEST_THREADS ?= 8

.PHONY: demo check check-hosts bench build setup format lint doc test module-for-tests clean

demo: build
	examples/log-table/run $(MODULES) "$(LOG)"

check: build format lint doc test

ROUNDS ?= 5

bench: build
	$(CARGO) build --quiet --locked --release -p syslog-ng-plugin --example discard
	/usr/bin/python3 bench/bench.py $(MODULES)/libmod-python.so target/release/examples/libdiscard.so --rounds $(ROUNDS)

check-hosts:
	.ci/check-hosts

build: setup
	$(CARGO) build --quiet --locked --release -p mod-python
	@mkdir -p $(MODULES)
	@cp --update target/release/libmod_python.so $(MODULES)/libmod-python.so

setup:
	@.ci/setup

format: setup
	$(CARGO) fmt --all --check

# A distribution's own Rust may come without clippy; the build then is what checks the code.
lint: setup
	@if $(CARGO) clippy --version >/dev/null 2>&1; then \
	    $(CARGO) clippy --quiet --locked --workspace --all-targets -- -D warnings && \
	    $(CARGO) clippy --quiet --locked --workspace --all-targets --features panic-injection -- -D warnings; \
	else \
	    echo "clippy is not installed: its checks are left out"; \
	fi

doc: setup
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --locked --workspace --no-deps --document-private-items

# With the hook that makes callbacks panic, and with the SDK's example.
module-for-tests: setup
	$(CARGO) build --quiet --locked --workspace --lib --examples --features panic-injection

test: build module-for-tests
	RUST_TEST_THREADS=$(TEST_THREADS) $(CARGO) test --no-fail-fast --locked --workspace --features panic-injection

clean:
	$(CARGO) clean
	rm -rf build
