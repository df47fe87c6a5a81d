# Entry of the kernels, the same image for every emulator: an ELF program entered at `start` in 64-bit mode with DAT off, or,
# taken as a flat image, an IPL through the ESA/390 PSW at location 0. PoP ch. 4 (PSW), ch. 6 (assigned storage locations).

        .section .lowcore, "ax"
        .org    0
        .long   0x00080000, 0x80000000 + ipl_entry
        .org    0x1D0                     # program new PSW: no program interruption is expected
        .quad   0x0002000180000000, 0xE3
        .org    0x200
ipl_entry:
        lhi     %r1, 1
        sr      %r2, %r2
        sigp    %r1, %r2, 0x12            # set architecture: all CPUs to z/Architecture
        sam64

        .globl  start
start:
        larl    %r15, stack_top - 160
        larl    %r1, control_0
        lctlg   %c0, %c0, 0(%r1)
        brasl   %r14, kernel
        larl    %r1, expected             # as computed by the same C on another machine
        lgr     %r3, %r2
        lghi    %r2, 0
        cg      %r3, 0(%r1)
        je      0f
        lghi    %r2, 1
0:      larl    %r1, end_psw
        stg     %r2, 8(%r1)
        lpswe   0(%r1)

        .data
        .balign 16
end_psw:
        .quad   0x0002000180000000, 0
control_0:
        .quad   0x0000000000040000        # additional floating-point registers

        .bss
        .balign 16
        .skip   65536
stack_top:
