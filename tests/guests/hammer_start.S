# Entries of the guest `hammer`: CPU 0 begins at _start, the others at cpu_entry, by SIGP restart. Each has a prefix area with its own
# stack pointer. DAT on, primary-space mode, 64 bits.

        .equ    program_old, 0x150
        .equ    program_new, 0x1D0
        .equ    restart_new, 0x1A0
        .equ    external_old, 0x130
        .equ    external_save, 0x400
        .equ    stack, 0x300              # this CPU's, in its prefix area
        .equ    external_stack, 0x308
        .equ    control_1, 0x310

        .text
        .globl  _start
_start:
        lhi     %r1, 1
        sr      %r2, %r2
        sigp    %r0, %r2, 0x12
        sam64
        larl    %r15, first_stack_top - 160
        larl    %r1, new_psws
        mvc     restart_new(96, %r0), 0(%r1)
        brasl   %r14, prepare             # tables and the other CPUs' prefix areas
        j       cpu_entry

        .globl  cpu_entry
cpu_entry:
        sam64
        lg      %r15, stack
        lctlg   %c1, %c1, control_1
        larl    %r1, control_0
        lctlg   %c0, %c0, 0(%r1)
        larl    %r1, dat_on
        lpswe   0(%r1)
with_dat:
        brasl   %r14, cpu_main
        brasl   %r14, guest_end

# A translation exception in `read_window` is retried from its old PSW: the entry comes back. Anything else ends the run.
program_entry:
        stmg    %r0, %r1, 0x380
        llh     %r1, 0x8E
        nill    %r1, 0xFF7F
        chi     %r1, 0x10
        je      0f
        chi     %r1, 0x11
        je      0f
        lg      %r15, external_stack
        lghi    %r2, 0xE3
        brasl   %r14, fail
0:      lmg     %r0, %r1, 0x380
        lpswe   program_old

external_entry:
        stmg    %r0, %r15, external_save
        lg      %r15, external_stack
        brasl   %r14, external_interruption
        lmg     %r0, %r15, external_save
        lpswe   external_old

# A CPU that is about to be stopped and looked at: counts, with a mark in register 7.
        .globl  count_marked
count_marked:
        llilh   %r7, 0x4D41
        oill    %r7, 0x524B
0:      agsi    0(%r2), 1
        j       0b

# void guest_end(unsigned long code)
        .globl  guest_end
guest_end:
        larl    %r1, end_psw
        stg     %r2, 8(%r1)
        lpswe   0(%r1)

        .data
        .balign 16
dat_on: .quad   0x0400000180000000, with_dat
end_psw:
        .quad   0x0002000180000000, 0     # disabled wait
        .balign 8
control_0:
        .quad   0x0080000000806000        # transactions; enhanced DAT; emergency signal, external call
new_psws:
        .quad   0x0000000180000000, cpu_entry
        .quad   0x0400000180000000, external_entry
        .quad   0x0002000180000000, 0xE2
        .quad   0x0400000180000000, program_entry
        .quad   0x0002000180000000, 0xE5
        .quad   0x0002000180000000, 0xE6
        .globl  new_psws

        .bss
        .balign 16
        .skip   8192
first_stack_top:
