# Entry in M-mode (a0 = hart, a1 = device tree): one hart clears .bss, gets a stack, calls main and
# reports its return value to the test finisher; the other harts sleep.

    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    bnez a0, sleep
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, stack_top
    csrw mscratch, zero
    la t0, machine_trap_entry
    csrw mtvec, t0
    li t0, 0x6000                   # mstatus.FS: floating point on
    csrs mstatus, t0
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  call main
    call finish

    .globl sleep
sleep:
    wfi
    j sleep
