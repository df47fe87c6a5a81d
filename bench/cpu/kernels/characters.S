# Storage to storage: MVC, CLC and TRT of 256 bytes, which find nothing unequal and nothing to stop at.
        .text
        .globl  kernel
kernel:
        llilf   %r1, 1500000
        larl    %r3, source
        larl    %r4, target
        larl    %r5, functions
        lghi    %r2, 0
        lghi    %r6, 0
0:      mvc     0(256,%r4), 0(%r3)
        clc     0(256,%r4), 0(%r3)
        jne     1f
        trt     0(256,%r4), 0(%r5)
        jnz     1f
        aghi    %r6, 1
        brctg   %r1, 0b
        lgr     %r2, %r6
1:      br      %r14

        .section .rodata
        .balign 8
        .globl  expected
expected:
        .quad   1500000
        .data
        .balign 256
source:
        .set    n, 0
        .rept   256
        .byte   n
        .set    n, n + 1
        .endr
        .balign 4096
functions:
        .skip   256
        .bss
        .balign 4096
        .skip   64
target:
        .skip   256
