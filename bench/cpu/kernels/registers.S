# Five instructions in registers, and again.
        .text
        .globl  kernel
kernel:
        llilf   %r1, 100000000
        lghi    %r2, 0
        lghi    %r3, 7
0:      agr     %r2, %r3
        xgr     %r3, %r1
        lgr     %r4, %r2
        aghi    %r4, 5
        brctg   %r1, 0b
        xgr     %r2, %r3
        br      %r14

        .section .rodata
        .balign 8
        .globl  expected
expected:
        .quad   8658955911357191
