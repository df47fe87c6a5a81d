# Entry and interruption handlers of the test guests. PoP ch. 4 (PSW), ch. 6 (assigned storage locations).
# Runs with DAT off, in 64-bit mode, key 0.

        .equ    restart_new, 0x1A0
        .equ    external_new, 0x1B0
        .equ    svc_new, 0x1C0
        .equ    program_new, 0x1D0
        .equ    machine_check_new, 0x1E0
        .equ    io_new, 0x1F0
        .equ    external_old, 0x130
        .equ    io_old, 0x170
        .equ    external_save, 0x400
        .equ    io_save, 0x480
        .equ    wait_byte, 1              # of a PSW; bit 14 is its X'02'

        .text
        .globl  _start
        .cfi_sections .debug_frame
        .cfi_startproc
        .cfi_undefined %r14               # nobody called: the end of a backtrace
_start:
        lhi     %r1, 1
        sr      %r2, %r2
        sigp    %r0, %r2, 0x12            # an ESA/390 IPL: go to z/Architecture; refused when already there
        sam64
        larl    %r2, bss_start
        larl    %r3, bss_end
        sgr     %r3, %r2
        lghi    %r5, 0
0:      mvcle   %r2, %r4, 0               # a second IPL finds the storage of the first
        jo      0b
        larl    %r15, stack_top - 160
        larl    %r1, new_psws
        mvc     restart_new(96, %r0), 0(%r1)
        lctlg   %c0, %c0, control_0 - new_psws(%r1)
        lctlg   %c6, %c6, control_6 - new_psws(%r1)
        brasl   %r14, guest_main
        lgr     %r2, %r2
        brasl   %r14, guest_end
        .cfi_endproc

external_entry:
        stmg    %r0, %r15, external_save
        larl    %r15, interruption_stack_top - 160
        brasl   %r14, external_interruption
        ni      external_old + wait_byte, 0xFD
        lmg     %r0, %r15, external_save
        lpswe   external_old

io_entry:
        stmg    %r0, %r15, io_save
        larl    %r15, interruption_stack_top - 160
        brasl   %r14, io_interruption
        ni      io_old + wait_byte, 0xFD
        lmg     %r0, %r15, io_save
        lpswe   io_old

# void guest_end(unsigned long code): the disabled wait that ends the run; code 0 is success.
        .globl  guest_end
guest_end:
        larl    %r1, end_psw
        stg     %r2, 8(%r1)
        lpswe   0(%r1)

# void wait_for_interruption(void)
        .globl  wait_for_interruption
wait_for_interruption:
        larl    %r1, wait_psw
        larl    %r2, 0f
        stg     %r2, 8(%r1)
        lpswe   0(%r1)
0:      br      %r14

# unsigned long fill_page(void *page, unsigned long seed): a pattern of 512 doublewords; returns their sum.
# Six instructions a doubleword.
        .globl  fill_page
fill_page:
        lghi    %r0, 512
        lgr     %r1, %r2
        lghi    %r2, 0
        llilh   %r4, 0x9E37
        oill    %r4, 0x79B9
0:      stg     %r3, 0(%r1)
        algr    %r2, %r3
        algr    %r3, %r4
        la      %r1, 8(%r1)
        aghi    %r0, -1
        jne     0b
        br      %r14

# unsigned long sum_page(const void *page): four instructions a doubleword.
        .globl  sum_page
sum_page:
        lghi    %r0, 512
        lgr     %r1, %r2
        lghi    %r2, 0
0:      alg     %r2, 0(%r1)
        la      %r1, 8(%r1)
        aghi    %r0, -1
        jne     0b
        br      %r14

        .data
        .balign 16
wait_psw:
        .quad   0x0302000180000000, 0     # I/O, external, wait
end_psw:
        .quad   0x0002000180000000, 0     # disabled wait
        .balign 8
new_psws:
        .quad   0x0002000180000000, 0xE1  # restart, SVC, program, machine check: none is expected
        .quad   0x0000000180000000, external_entry
        .quad   0x0002000180000000, 0xE3
        .quad   0x0002000180000000, 0xE4
        .quad   0x0002000180000000, 0xE5
        .quad   0x0000000180000000, io_entry
control_0:
        .quad   0x0000000000000800        # clock-comparator subclass mask
control_6:
        .quad   0x00000000FF000000        # all I/O-interruption subclasses

        .bss
        .balign 16
        .skip   16384
stack_top:
        .skip   8192
interruption_stack_top:
