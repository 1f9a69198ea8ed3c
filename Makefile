# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make demo   shows the module at work on a real log
#   make check  passes all tests
#   make check-licences   looks at the licences and origins of all crates; builds cargo-deny first, which takes minutes
#   make check-hosts   does so on the other supported hosts, in folders of their own; takes root
#   make bench  measures it against the host's C module; HOST=trixie ROUNDS=n SHARE=0.5 CASES=parts,of,names
#   make bench-report   makes docs/benchmark.md and its chart of that
#   make soak   reloads, kills, stops and loads it for long; HOST=trixie SHARE=0.1 CAMPAIGNS=parts,of,names
#   make soak-proof   breaks what that looks at, to see that it notices
#   make soak-report   makes docs/reliability.md of that
#   make build  builds build/modules/libmod-python.so, the module as it is shipped
#
#   make install        installs it for the syslog-ng of this machine; DESTDIR= puts a folder in front
#   make deb            packs the same as build/*.deb
#   make rpm            packs the same as build/*.rpm
#   make dist           packs a tarball for copying by hand, build/dist/*.tar.gz
#   make check-packages   installs, upgrades and removes them all, on all supported hosts in fresh systems; takes root
#
# Each does its set-up itself: as root on a fresh Debian machine nothing else has to be typed.

CARGO ?= cargo
LOG ?= /var/log/dpkg.log
MODULES := build/modules

# Most tests wait for a daemon and leave the processor alone meanwhile.
TEST_THREADS ?= 8

# Parts of the names of differential tests, to run only those.
CASES ?=

# The cargo-deb that packs the .deb: one that Rust 1.85 can build.
CARGO_DEB_VERSION := 3.6.0
CARGO_DEB := $(CURDIR)/build/tools/bin/cargo-deb

# The same for the .rpm.
CARGO_GENERATE_RPM_VERSION := 0.16.0
CARGO_GENERATE_RPM := $(CURDIR)/build/tools/bin/cargo-generate-rpm

# What looks at the licences and origins of crates: one that Rust 1.85 can build.
CARGO_DENY_VERSION := 0.18.3
CARGO_DENY := $(CURDIR)/build/tools/bin/cargo-deny

# Where a syslog-ng is that is not the distribution's, such as /opt/syslog-ng. PKG_CONFIG_PATH says the same by the folder of its
# syslog-ng.pc.
SYSLOG_NG_PREFIX ?=
ifneq ($(SYSLOG_NG_PREFIX),)
empty :=
space := $(empty) $(empty)
folders := $(wildcard $(SYSLOG_NG_PREFIX)/lib*/pkgconfig $(SYSLOG_NG_PREFIX)/lib*/*/pkgconfig)
export PKG_CONFIG_PATH := $(subst $(space),:,$(or $(folders),$(error $(SYSLOG_NG_PREFIX) has no folder lib/pkgconfig)))
endif
# make does not hand on to $(shell) what it exports.
ask_pkg_config = $(shell PKG_CONFIG_PATH='$(PKG_CONFIG_PATH)' pkg-config $(1) syslog-ng 2>/dev/null)

# The programs of such a syslog-ng are the ones that are run.
HOST_PREFIX := $(filter-out /usr,$(call ask_pkg_config,--variable=exec_prefix))
ifneq ($(HOST_PREFIX),)
export PATH := $(HOST_PREFIX)/sbin:$(HOST_PREFIX)/bin:$(PATH)
endif

# Where things are installed: what the host's pkg-config file says. Asked only when they are used.
host_folder = $(or $(call ask_pkg_config,--variable=$(1)),$(error pkg-config does not know the $(1) of syslog-ng))
MODULE_DIR = $(call host_folder,moduledir)
SCL_DIR = $(call host_folder,scldir)
# For type checkers. The module carries these files in itself; $(MODULE_DIR)/python is the host's.
PYTHON_DIR = $(call host_folder,datadir)/syslog-ng-python-rust
DOC_DIR = $(call host_folder,datadir)/doc/syslog-ng-mod-python-rust
INSTALL ?= install

.PHONY: demo check check-licences check-hosts bench bench-report soak soak-modules soak-proof soak-report build setup format lint doc test differential api-checklist mutants module-for-tests install deb rpm dist packaging-tools lint-packages check-packages clean

demo: build
	examples/log-table/run $(MODULES) "$(LOG)"

check: build format lint doc test

# How often each case of the benchmark is run, which part of its messages it gets, and parts of the names of cases, with
# commas between them. HOST= names another host, as .ci/check-hosts does.
ROUNDS ?= 7
SHARE ?= 1
HOST ?=
RESULTS := build/bench

ifeq ($(HOST),)
bench: build
	$(CARGO) build --quiet --locked --release -p syslog-ng-plugin --example discard --example generate
	/usr/bin/python3 bench/bench.py $(MODULES)/libmod-python.so target/release/examples/libdiscard.so \
	    target/release/examples/libgenerate.so --rounds $(ROUNDS) --share $(SHARE) --cases '$(CASES)' \
	    --json $(RESULTS)/syslog-ng-$(call ask_pkg_config,--modversion).json
else
bench:
	.ci/check-hosts --run "make bench ROUNDS=$(ROUNDS) SHARE=$(SHARE) CASES='$(subst $$,\$$,$(CASES))'" $(HOST)
	cat build/hosts/$(HOST)-check.log
	mkdir -p $(RESULTS)
	cp build/hosts/$(HOST)/root/source/$(RESULTS)/*.json $(RESULTS)/
endif

bench-report:
	@.ci/setup python3-matplotlib
	/usr/bin/python3 bench/report.py $(RESULTS) docs

# SHARE and HOST as above; parts of the names of campaigns, with commas between them.
CAMPAIGNS ?=
SOAK_RESULTS := build/soak
SOAK_FILES = $(MODULES)/libmod-python.so target/debug/libmod_python.so target/release/examples/libdiscard.so \
    target/release/examples/libgenerate.so

soak-modules: build module-for-tests
	@.ci/setup valgrind
	$(CARGO) build --quiet --locked --release -p syslog-ng-plugin --example discard --example generate

ifeq ($(HOST),)
soak: soak-modules
	/usr/bin/python3 soak/soak.py $(SOAK_FILES) --share $(SHARE) --campaigns '$(CAMPAIGNS)' \
	    --json $(SOAK_RESULTS)/syslog-ng-$(call ask_pkg_config,--modversion).json
else
# What a host found goes into the results also where it was not good.
soak:
	status=0; .ci/check-hosts --run "make soak SHARE=$(SHARE) CAMPAIGNS='$(CAMPAIGNS)'" $(HOST) || status=$$?; \
	    cat build/hosts/$(HOST)-check.log; \
	    mkdir -p $(SOAK_RESULTS); \
	    cp build/hosts/$(HOST)/root/source/$(SOAK_RESULTS)/*.json $(SOAK_RESULTS)/; \
	    exit $$status
endif

soak-proof: soak-modules
	/usr/bin/python3 soak/proof.py $(SOAK_FILES)

soak-report:
	/usr/bin/python3 soak/report.py $(SOAK_RESULTS) docs

check-hosts:
	.ci/check-hosts

# Of the same Cargo.lock on every host. Known flaws are not looked up, which takes their list from elsewhere.
check-licences: setup $(CARGO_DENY)-$(CARGO_DENY_VERSION)
	$(CARGO_DENY) --locked --workspace check licenses bans sources

build: setup
	$(CARGO) build --quiet --locked --release -p syslog-ng-python
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
	RUST_TEST_THREADS=$(TEST_THREADS) DIFFERENTIAL_TRIES=3 \
	    $(CARGO) test --no-fail-fast --locked --workspace --features panic-injection

# The same configs under the host's own C module and under ours.
differential: module-for-tests
	RUST_TEST_THREADS=$(TEST_THREADS) $(CARGO) test --quiet --locked --features panic-injection --test differential -- $(CASES)

# Writes down which names the C module of this host has.
api-checklist: module-for-tests
	UPDATE_API_CHECKLIST=1 $(CARGO) test --quiet --locked --features panic-injection --test api each_name

# Whether those tests notice when something in the module is wrong.
mutants: module-for-tests
	CARGO=$(CARGO) tests/mutants

# Where the host's own module has the same name, it is kept under one that the host does not open.
install: build
	$(INSTALL) -d "$(DESTDIR)$(MODULE_DIR)"
	@file="$(DESTDIR)$(MODULE_DIR)/libmod-python.so"; \
	if [ -e "$$file" ] && ! grep --quiet 'This is the Rust engine' "$$file"; then \
	    mv "$$file" "$$file.distrib" && echo "The host's own module is $$file.distrib now."; \
	fi
	$(INSTALL) -m 644 $(MODULES)/libmod-python.so "$(DESTDIR)$(MODULE_DIR)/"
	for file in $$(cd python && find * -type f ! -name '*.pyc'); do \
	    $(INSTALL) -D -m 644 "python/$$file" "$(DESTDIR)$(PYTHON_DIR)/$$file" || exit; \
	done
	for file in $$(cd scl && find * -type f); do \
	    $(INSTALL) -D -m 644 "scl/$$file" "$(DESTDIR)$(SCL_DIR)/$$file" || exit; \
	done
	$(INSTALL) -d "$(DESTDIR)$(DOC_DIR)"
	$(INSTALL) -m 644 CHANGELOG.md LICENSE "$(DESTDIR)$(DOC_DIR)/"
	for file in $$(packaging/docs); do \
	    $(INSTALL) -D -m 644 "$$file" "$(DESTDIR)$(DOC_DIR)/$$file" || exit; \
	done

deb: build $(CARGO_DEB)-$(CARGO_DEB_VERSION)
	@.ci/setup dpkg-dev
	packaging/build-deb $(CARGO_DEB) build

rpm: build $(CARGO_GENERATE_RPM)-$(CARGO_GENERATE_RPM_VERSION)
	@.ci/setup rpm
	packaging/build-rpm $(CARGO_GENERATE_RPM) build

dist: build
	packaging/build-dist $(MODULES)/libmod-python.so build/dist

# Named with their versions, so that another version is built when it changes.
$(CARGO_DEB)-$(CARGO_DEB_VERSION): | setup
	$(CARGO) install --quiet --locked --root build/tools --version $(CARGO_DEB_VERSION) cargo-deb
	touch $@

$(CARGO_GENERATE_RPM)-$(CARGO_GENERATE_RPM_VERSION): | setup
	$(CARGO) install --quiet --locked --root build/tools --version $(CARGO_GENERATE_RPM_VERSION) cargo-generate-rpm
	touch $@

$(CARGO_DENY)-$(CARGO_DENY_VERSION): | setup
	$(CARGO) install --quiet --locked --root build/tools --version $(CARGO_DENY_VERSION) cargo-deny
	touch $@

packaging-tools: $(CARGO_DEB)-$(CARGO_DEB_VERSION) $(CARGO_GENERATE_RPM)-$(CARGO_GENERATE_RPM_VERSION)

# What Debian's own checks and rpm say of them.
lint-packages: deb rpm dist
	@.ci/setup lintian rpm busybox-static dnf createrepo-c
	lintian --allow-root --fail-on error,warning build/*.deb
	tests/packages/rpm.sh build/*.rpm

check-packages: packaging-tools
	.ci/check-packages

clean:
	$(CARGO) clean
	rm -rf build book
