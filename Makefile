# SPDX-License-Identifier: GPL-2.0-or-later
# `make run` and `make test` are what README.md opens with; `make help` lists the rest.

BUILD   ?= build
PREFIX  ?= /usr/local
CC      ?= gcc
CXX     ?= g++
V       ?=

LIBS    := sqlite3 jansson gsl libcrypto libtraceevent yaml-0.1 libarchive zlib libzstd
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wno-missing-field-initializers $(if $(CI),-Werror)
CPPFLAGS += -D_GNU_SOURCE -Iharness -I. -I$(BUILD)/gen $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
CCFLAGS := -std=gnu11 -fPIC -MMD -MP $(WARN) $(CFLAGS)
CXXFLAGS_ALL := -std=c++17 -fPIC -MMD -MP $(WARN) $(CFLAGS)
LDLIBS  := $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lm -ldl -lpthread

# One line a file, the whole command with V=1.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

AGENT_SRC := $(wildcard harness/agent/*.c) $(wildcard harness/wire/*.c)
CORE_SRC  := $(filter-out harness/main.c harness/agent/%,$(wildcard harness/*.c harness/*/*.c)) \
	     $(wildcard analysis/*.c)
CXX_SRC   := $(wildcard harness/config/*.cc)
EXT_SRC   := $(wildcard analysis/*.c harness/trace/*.c harness/base/*.c)

obj = $(patsubst %,$(BUILD)/obj/%.o,$(1))
CORE_OBJ := $(call obj,$(CORE_SRC) $(CXX_SRC))
EXT_OBJ  := $(call obj,$(EXT_SRC))
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

.DEFAULT_GOAL := all
.PHONY: all run quick test test-unit test-vm fuzz test-debug test-kernel bench clean install format check help bootstrap bootstrap-tests
all: $(BUILD)/harness $(BUILD)/agent $(BUILD)/libharness_sqlite.so $(BUILD)/libtlb_clock.so

$(BUILD)/harness: $(call obj,harness/main.c) $(BUILD)/libcore.a
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

$(BUILD)/libcore.a: $(CORE_OBJ)
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(BUILD)/libharness_sqlite.so: $(EXT_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -shared -o $@ $^ $(LDLIBS)

$(BUILD)/libtlb_clock.so: $(call obj,harness/machine/preload/tlb_clock.c)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -shared -o $@ $^

$(BUILD)/obj/%.c.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CCFLAGS) -c -o $@ $<

# SQL goes in by .incbin, which -MMD doesn't see.
$(BUILD)/obj/harness/db/sql.c.o: $(wildcard harness/*/*.sql)

$(BUILD)/obj/%.cc.o: %.cc
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS_ALL) -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libcore.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CCFLAGS) -c -o $@.o $<
	$(Q)$(CXX) $(CFLAGS) -o $@ $@.o $(BUILD)/libcore.a $(LDLIBS)

$(BUILD)/tests/make_trace: tests/bench/make_trace.c $(BUILD)/libcore.a
	$(call say,BENCH,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CCFLAGS) -c -o $@.o $<
	$(Q)$(CXX) $(CFLAGS) -o $@ $@.o $(BUILD)/libcore.a $(LDLIBS)

include harness/agent/agent.mk

# --- what a user does -------------------------------------------------------------
# Packages first, then a second make: what pkg-config finds is known only afterwards.

bootstrap:
	@harness/bootstrap.sh

bootstrap-tests:
	@harness/bootstrap.sh harness/packages.txt tests/packages.txt

run quick: bootstrap
	@$(MAKE) --no-print-directory all
	@$(BUILD)/harness run $(if $(filter quick,$@),quick)

test: bootstrap-tests
	@$(MAKE) --no-print-directory all unit-programs check test-kernels
	@tests/run -j $(JOBS) $(UNIT) $(FUZZ_TESTS) $(VM_TESTS)

# --- tests --------------------------------------------------------------------------
# Unit tests take seconds; tests/vm boots real guests.  Each prints one line a program.
# Two at a time: an emulated guest has one thread of its host, whatever its CPUs.
JOBS ?= 2

VM_TESTS := $(sort $(wildcard tests/vm/*.test))
FUZZ_TESTS := $(sort $(wildcard tests/fuzz/*.test))
export BUILD

# Before the tests, whose time is limited: with an empty cache, two kernels are built.
TEST_KERNELS := debian-6.1 debian-6.12 stock-6.1 patched-6.1 stock-6.12 patched-6.12

.PHONY: test-kernels
test-kernels: $(BUILD)/harness
	@$(BUILD)/harness kernel build $(TEST_KERNELS) >/dev/null

test-unit: bootstrap-tests
	@$(MAKE) --no-print-directory all unit-programs
	@tests/run -j $(JOBS) $(UNIT)

test-vm: bootstrap-tests
	@$(MAKE) --no-print-directory all test-kernels
	@tests/run -j $(JOBS) $(VM_TESTS)

# Up to an hour a kernel and policy: not a part of `make test`.
test-debug: bootstrap-tests
	@$(MAKE) --no-print-directory all
	@tests/run -t 40000 $(wildcard tests/debug/*.test)

# The long form of what test-debug has minutes of: eight hours.
test-stress: bootstrap-tests
	@$(MAKE) --no-print-directory all
	@MATRIX=hours tests/debug/stress.test

# Seven full builds of kernels: an hour.
test-kernel: bootstrap-tests
	@$(MAKE) --no-print-directory all
	@tests/run -t 10000 tests/long/kernel.test tests/long/git.test

# One CPU has nobody to wait for; four, on one thread of the host, take five minutes a kernel.
test-dftlb: bootstrap-tests
	@$(MAKE) --no-print-directory all
	@for cpus in 1 2 4; do \
		for line in 6.1 6.12; do \
			LIMIT=3000 tests/vm/dftlb.test patched-$$line $$cpus || exit 1; \
		done; \
	done

# All of kpaged's test on four kernels; a part on two is in `make test`.
test-kpaged: bootstrap-tests
	@$(MAKE) --no-print-directory all test-kernels
	@WHOLE=1 CYCLES=30 LIMIT=3000 tests/run -t 12000 tests/vm/kpaged.test

test-deterministic: bootstrap-tests
	@$(MAKE) --no-print-directory all
	@tests/deterministic

.PHONY: unit-programs test-deterministic test-dftlb test-stress test-kpaged
unit-programs: $(UNIT)

# Hours; a minute of it is in `make test`.
fuzz: bootstrap-tests
	@for target in format page stream dat yaml; do nice -n 19 tests/fuzz/run $$target -runs=10000000 || exit 1; done

bench: bootstrap-tests
	@$(MAKE) --no-print-directory all $(BUILD)/tests/make_trace
	@tests/bench/run
	@tests/bench-capture

# False alarms of this machine's own noise, over real boots; hours.
.PHONY: aa-campaign
aa-campaign: bootstrap-tests
	@$(MAKE) --no-print-directory all
	@tests/aa-campaign $(AA_BOOTS)

# --- everything else ----------------------------------------------------------------

# Not the links among them (mode 120000): a file would be put in a link's place.
FORMAT := $(shell git ls-files -s '*.c' '*.h' '*.cc' 2>/dev/null | \
	    awk '$$1 != 120000 && $$4 !~ "^policies/" { print $$4 }')

format:
	@clang-format -i $(FORMAT)

check:
	@harness/check.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/mm-harness \
		$(DESTDIR)$(PREFIX)/share/mm-harness $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5
	install $(BUILD)/harness $(DESTDIR)$(PREFIX)/bin/
	install $(BUILD)/agent $(BUILD)/libharness_sqlite.so $(BUILD)/libtlb_clock.so \
		$(DESTDIR)$(PREFIX)/lib/mm-harness/
	cp -r harness.toml policies workloads $(DESTDIR)$(PREFIX)/share/mm-harness/
	for d in analysis/reports harness/kernels harness/guest-modules; do \
		install -d $(DESTDIR)$(PREFIX)/share/mm-harness/$$d && \
		cp -r $$d/. $(DESTDIR)$(PREFIX)/share/mm-harness/$$d/; done
	install -m 644 harness/packages.txt $(DESTDIR)$(PREFIX)/share/mm-harness/harness/
	install -D -m 644 docs/completion/harness.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/harness
	install -d $(DESTDIR)$(PREFIX)/share/doc/mm-harness
	install -m 644 README.md docs/*.md $(DESTDIR)$(PREFIX)/share/doc/mm-harness/
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/

clean:
	rm -rf $(BUILD)

help:
	@echo 'make run      packages, program, kernels, the default matrix, its report'
	@echo 'make quick    the same with unpatched Debian kernels only'
	@echo 'make test     everything that must pass (test-unit, test-vm, check)'
	@echo 'make test-debug  policies on kernels with KASAN, lockdep and kmemleak'
	@echo 'make          $(BUILD)/harness, its agent and its libraries'
	@echo 'make test-dftlb  delayed TLB flushes, and PPS, with 1, 2 and 4 CPUs'
	@echo 'make test-stress  PPS on debug kernels under stress-ng (hours)'
	@echo 'make test-kpaged  all of the test of kpaged, on four kernels'
	@echo 'make test-kernel  that kernels are reproducible and patched ones built on top'
	@echo 'make test-deterministic  every cell TIMES=20 times, all bits equal (hours)'
	@echo 'make fuzz     ten million inputs for each reader of what guests write (hours)'
	@echo 'make bench    figures of docs/performance.md'
	@echo 'make format   clang-format over the C files'
	@echo 'make install  PREFIX=$(PREFIX)'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
