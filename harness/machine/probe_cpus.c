// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest that asks whether instructions of two CPUs can be counted, as bytes
 * that QEMU loads by the Multiboot protocol.
 *
 * The first CPU wakes the second one by INIT and SIPI, as kernels do, and waits
 * for it in a loop; the second says that it is there and waits in a loop with
 * PAUSE for the first; then the other way round.  That ends only if both get
 * instructions.
 */
#include "machine/probe_guest.h"

#define TEXT(x) #x
#define STR(x) TEXT(x)
#define LOAD 0x100000
#define SECOND 0x8000 /* where the second CPU begins, in real mode: page 8 */
#define HERE 0x9000   /* words that they tell each other */
#define GO 0x9004
#define DONE 0x9008
#define APIC 0xfee00000
#define WAIT 10000000 /* ticks of the TSC, 10 ms where an instruction is 1 ns */

/* Columns of instructions. */
/* clang-format off */
__asm__(
"	.pushsection .rodata\n"
"	.balign 16\n"
"	.globl probe_cpus_begin, probe_cpus_end\n"
"probe_cpus_begin:\n"
"	.long 0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000)\n"
"	.long " STR(LOAD) ", " STR(LOAD) "\n"
"	.long " STR(LOAD) " + (probe_cpus_end - probe_cpus_begin)\n"
"	.long 0\n"
"	.long " STR(LOAD) " + (first - probe_cpus_begin)\n"

"	.code32\n"
"first:\n"
"	cli\n"
"	cld\n"
"	movl $" STR(LOAD) " + (second - probe_cpus_begin), %esi\n"
"	movl $" STR(SECOND) ", %edi\n"
"	movl $(probe_cpus_end - second), %ecx\n"
"	rep movsb\n"
"	movl $0, " STR(HERE) "\n"
"	movl $0, " STR(GO) "\n"
"	movl $0, " STR(DONE) "\n"
"	movl $" STR(APIC) ", %ebx\n"
"	orl $0x100, 0xf0(%ebx)\n"			/* switch it on */
"	movl $0xc4500, 0x300(%ebx)\n"			/* INIT to all others */
"	call wait\n"
"	movl $0xc4608, 0x300(%ebx)\n"			/* SIPI: page 8 */
"	call wait\n"
"1:	cmpl $1, " STR(HERE) "\n"
"	jne 1b\n"
"	movl $1, " STR(GO) "\n"
"2:	cmpl $1, " STR(DONE) "\n"
"	jne 2b\n"
"	movb $" STR(PROBE_GUEST_OK) ", %al\n"
"	movw $" STR(PROBE_GUEST_PORT) ", %dx\n"
"	outb %al, %dx\n"
"3:	hlt\n"
"	jmp 3b\n"

"wait:\n"
"	rdtsc\n"
"	movl %eax, %esi\n"
"4:	pause\n"
"	rdtsc\n"
"	subl %esi, %eax\n"
"	cmpl $" STR(WAIT) ", %eax\n"
"	jb 4b\n"
"	ret\n"

"	.code16\n"
"second:\n"
"	cli\n"
"	xorw %ax, %ax\n"
"	movw %ax, %ds\n"
"	movl $1, " STR(HERE) "\n"
"5:	pause\n"
"	cmpl $1, " STR(GO) "\n"
"	jne 5b\n"
"	movl $1, " STR(DONE) "\n"
"6:	hlt\n"
"	jmp 6b\n"
"probe_cpus_end:\n"
"	.code64\n"
"	.popsection\n"
);
