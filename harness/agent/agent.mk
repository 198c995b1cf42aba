# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's PID 1.  Static, since the initramfs has nothing beside it, and
# stripped with no build id, since its hash is part of every cell's id and must
# not depend on the build folder.  tests/unit/test_agent.c takes the pure parts.

AGENT_BASE := harness/base/error.c harness/base/str.c harness/base/file.c
AGENT_OBJ  := $(patsubst %,$(BUILD)/agent-obj/%.o,$(AGENT_SRC) $(AGENT_BASE))
LIBPERF    := $(BUILD)/libperf

# --no-warnings: libtraceevent could load plugins, and the linker would say at each
# build that dlopen() needs a dynamic program; the agent loads none.
$(BUILD)/agent: $(AGENT_OBJ) $(LIBPERF)/libperf.a
	$(call say,LINK,$@)
	$(Q)$(CC) -static -s -Wl,--gc-sections -Wl,--build-id=none -Wl,--no-warnings -o $@ $(AGENT_OBJ) \
		$(LIBPERF)/libperf.a $(LIBPERF)/libapi.a -ltracefs -ltraceevent -lm -lpthread

$(LIBPERF)/libperf.a: harness/agent/libperf.sh
	$(call say,LIBPERF,$(LIBPERF))
	$(Q)mkdir -p $(@D)
	$(Q)sh $< $(LIBPERF)

$(BUILD)/agent-obj/harness/agent/counters.c.o $(BUILD)/agent-obj/harness/agent/series.c.o: $(LIBPERF)/libperf.a

$(BUILD)/agent-obj/%.c.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -Iharness -isystem $(LIBPERF)/include \
		$(shell pkg-config --cflags libtracefs libtraceevent 2>/dev/null) \
		-std=gnu11 -O2 -ffunction-sections -fdata-sections -MMD -MP $(WARN) -c -o $@ $<
