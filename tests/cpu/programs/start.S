# Entry at 64 KiB of a program that ends in a disabled wait at 0.
        .section .text.start, "ax"
        .globl  _start
_start:
        larl    %r1, control_0
        lctlg   %c0, %c0, 0(%r1)
        llilh   %r15, 0x20
        aghi    %r15, -160
        brasl   %r14, kernels_main
        larl    %r1, end_psw
        lpswe   0(%r1)
        .balign 8
control_0:
        .quad   0x0000000000060000        # AFP registers and vectors
end_psw:
        .quad   0x0002000180000000, 0
