// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The KVM probe's guest, as bytes that QEMU loads by the Multiboot protocol.
 *
 * Real mode proves little: a host may run the firmware and then spin or give
 * up on what a kernel does.  So this does, in some 600 bytes, what kernels do
 * first: paging and long mode, code at a kernel's addresses, a page table
 * entry changed under a live translation, SSE and (where CPUID has it) BMI2,
 * which decompressors use, timer interrupts out of HLT, and a trip to ring 3
 * and back by SYSCALL.  Then it ends QEMU by writing to isa-debug-exit.
 */
#include "machine/probe_guest.h"

/* Where it runs, and what it uses of the memory above itself. */
#define TEXT(x) #x
#define STR(x) TEXT(x)
#define LOAD 0x100000
#define HIGH 0xffffffff80000000 /* maps physical 0, as a kernel's text does */
#define TABLES 0x200000         /* PML4, PDPT, PD, PT: a page each */
#define IDT 0x204000
#define STACK 0x206000
#define PAGES 0x400000  /* two pages that take turns behind one address */
#define WINDOW 0x600000 /* that address, mapped by the PT */
#define TICKS 5

/* Columns of instructions. */
/* clang-format off */
__asm__(
"	.pushsection .rodata\n"
"	.balign 16\n"
"	.globl probe_guest_begin, probe_guest_end\n"
"probe_guest_begin:\n"

	/* Multiboot header: flags bit 16, the addresses stand here and not in an ELF header. */
"	.long 0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000)\n"
"	.long " STR(LOAD) ", " STR(LOAD) "\n"		/* of the header, of what is loaded */
"	.long " STR(LOAD) " + (probe_guest_end - probe_guest_begin)\n"
"	.long 0\n"					/* no bss */
"	.long " STR(LOAD) " + (start32 - probe_guest_begin)\n"

"	.code32\n"
"start32:\n"
"	cli\n"
"	cld\n"
"	movl $" STR(TABLES) ", %edi\n"
"	movl $0x2000, %ecx\n"				/* the tables and the IDT, as longs */
"	xorl %eax, %eax\n"
"	rep stosl\n"
	/* PML4: identity and the last entry; PDPT: the first GiB at 0 and at -2 GiB. */
"	movl $" STR(TABLES) " + 0x1007, " STR(TABLES) "\n"
"	movl $" STR(TABLES) " + 0x1007, " STR(TABLES) " + 0xff8\n"
"	movl $" STR(TABLES) " + 0x2007, " STR(TABLES) " + 0x1000\n"
"	movl $" STR(TABLES) " + 0x2007, " STR(TABLES) " + 0x1ff0\n"
	/* PD: 16 large pages; the one around WINDOW is a page table instead. */
"	movl $" STR(TABLES) " + 0x2000, %edi\n"
"	movl $0x87, %eax\n"
"1:	movl %eax, (%edi)\n"
"	addl $8, %edi\n"
"	addl $0x200000, %eax\n"
"	cmpl $0x2000087, %eax\n"
"	jb 1b\n"
"	movl $" STR(TABLES) " + 0x3007, " STR(TABLES) " + 0x2018\n"
"	movl $" STR(PAGES) " + 7, " STR(TABLES) " + 0x3000\n"
	/* CR4: PAE, OSFXSR; EFER: SCE, LME; CR0: PG, WP, MP, PE. */
"	movl $0x220, %eax\n"
"	movl %eax, %cr4\n"
"	movl $" STR(TABLES) ", %eax\n"
"	movl %eax, %cr3\n"
"	movl $0xc0000080, %ecx\n"
"	rdmsr\n"
"	orl $0x101, %eax\n"
"	wrmsr\n"
"	movl $0x80010003, %eax\n"
"	movl %eax, %cr0\n"
"	lgdt " STR(LOAD) " + (gdtr - probe_guest_begin)\n"
"	ljmp $8, $" STR(LOAD) " + (start64 - probe_guest_begin)\n"

"	.code64\n"
"start64:\n"
"	movl $16, %eax\n"
"	movl %eax, %ds\n"
"	movl %eax, %es\n"
"	movl %eax, %ss\n"
"	movabs $" STR(HIGH) " + " STR(LOAD) " + (high - probe_guest_begin), %rax\n"
"	jmp *%rax\n"
"high:\n"
"	movabs $" STR(HIGH) " + " STR(STACK) ", %rsp\n"

	/* One address, two pages: after INVLPG the second must show through. */
"	movl $1, " STR(PAGES) "\n"
"	movl $2, " STR(PAGES) " + 0x1000\n"
"	cmpl $1, " STR(WINDOW) "\n"
"	jne fail\n"
"	movl $" STR(PAGES) " + 0x1007, " STR(TABLES) " + 0x3000\n"
"	invlpg " STR(WINDOW) "\n"
"	cmpl $2, " STR(WINDOW) "\n"
"	jne fail\n"

"	movdqu " STR(PAGES) ", %xmm0\n"
"	paddd %xmm0, %xmm0\n"
"	movd %xmm0, %eax\n"
"	cmpl $2, %eax\n"
"	jne fail\n"
"	xorl %eax, %eax\n"
"	cpuid\n"
"	cmpl $7, %eax\n"
"	jb 1f\n"
"	movl $7, %eax\n"
"	xorl %ecx, %ecx\n"
"	cpuid\n"
"	testl $0x100, %ebx\n"
"	jz 1f\n"
"	movl $3, %ecx\n"
"	movl $5, %edx\n"
"	shlx %ecx, %edx, %eax\n"
"	cmpl $40, %eax\n"
"	jne fail\n"
"1:\n"
	/* The gate of vector 32: present, interrupt, selector 8. */
"	leaq tick(%rip), %rax\n"
"	movl $" STR(IDT) " + 32 * 16, %edi\n"
"	movw %ax, (%rdi)\n"
"	movl $0x8e000008, 2(%rdi)\n"
"	movb $0, 4(%rdi)\n"
"	movb $0x8e, 5(%rdi)\n"
"	shrq $16, %rax\n"
"	movw %ax, 6(%rdi)\n"
"	shrq $16, %rax\n"
"	movl %eax, 8(%rdi)\n"
"	lidt idtr(%rip)\n"
	/* PIC: vectors from 32 on, all masked but the timer; PIT: 1 kHz. */
"	movb $0x11, %al\n"
"	outb %al, $0x20\n"
"	movb $32, %al\n"
"	outb %al, $0x21\n"
"	movb $4, %al\n"
"	outb %al, $0x21\n"
"	movb $1, %al\n"
"	outb %al, $0x21\n"
"	movb $0xfe, %al\n"
"	outb %al, $0x21\n"
"	movb $0xff, %al\n"
"	outb %al, $0xa1\n"
"	movb $0x34, %al\n"
"	outb %al, $0x43\n"
"	movb $0xa9, %al\n"
"	outb %al, $0x40\n"
"	movb $0x04, %al\n"
"	outb %al, $0x40\n"
"	xorl %ebx, %ebx\n"
"2:	sti\n"
"	hlt\n"
"	cmpl $" STR(TICKS) ", %ebx\n"
"	jb 2b\n"
"	cli\n"

	/* STAR, LSTAR, FMASK; SYSRET to ring 3 (RFLAGS without IF), SYSCALL back. */
"	movl $0xc0000081, %ecx\n"
"	xorl %eax, %eax\n"
"	movl $0x00100008, %edx\n"
"	wrmsr\n"
"	incl %ecx\n"
"	leaq back(%rip), %rax\n"
"	movq %rax, %rdx\n"
"	shrq $32, %rdx\n"
"	wrmsr\n"
"	movl $0xc0000084, %ecx\n"
"	movl $0x200, %eax\n"
"	xorl %edx, %edx\n"
"	wrmsr\n"
"	movl $" STR(LOAD) " + (user - probe_guest_begin), %ecx\n"
"	movl $2, %r11d\n"
"	sysretq\n"
"user:\n"
"	movl %cs, %esi\n"
"	syscall\n"
"back:\n"
"	andl $3, %esi\n"
"	cmpl $3, %esi\n"
"	jne fail\n"
"	movb $" STR(PROBE_GUEST_OK) ", %al\n"
"	jmp 3f\n"
"fail:\n"
"	movb $" STR(PROBE_GUEST_WRONG) ", %al\n"
"3:	movw $" STR(PROBE_GUEST_PORT) ", %dx\n"
"	outb %al, %dx\n"
"4:	hlt\n"
"	jmp 4b\n"

"tick:\n"
"	incl %ebx\n"
"	movb $0x20, %al\n"
"	outb %al, $0x20\n"
"	iretq\n"

	/* Kernel code and data; then, as SYSRET wants them, user data and 64-bit user code. */
"	.balign 8\n"
"gdt:	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff\n"
"	.quad 0x00cff3000000ffff, 0x00affb000000ffff\n"
"gdtr:	.word gdtr - gdt - 1\n"
"	.long " STR(LOAD) " + (gdt - probe_guest_begin)\n"
"idtr:	.word 0xfff\n"
"	.quad " STR(IDT) "\n"
"probe_guest_end:\n"
"	.popsection\n"
);
/* clang-format on */
