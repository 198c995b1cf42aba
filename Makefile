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

.PHONY: all run quick test test-unit test-vm bench clean install format check help bootstrap
all: $(BUILD)/harness $(BUILD)/agent $(BUILD)/libharness_sqlite.so

$(BUILD)/harness: $(call obj,harness/main.c) $(BUILD)/libcore.a
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

$(BUILD)/libcore.a: $(CORE_OBJ)
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(BUILD)/libharness_sqlite.so: $(EXT_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -shared -o $@ $^ $(LDLIBS)

$(BUILD)/obj/%.c.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CCFLAGS) -c -o $@ $<

$(BUILD)/obj/%.cc.o: %.cc
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS_ALL) -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libcore.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CCFLAGS) -c -o $@.o $<
	$(Q)$(CXX) $(CFLAGS) -o $@ $@.o $(BUILD)/libcore.a $(LDLIBS)

-include harness/agent/agent.mk

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
