# Entry in M-mode (a0 = hart, a1 = device tree): one hart clears .bss, gets a stack, calls main and
# reports its return value to the test finisher; the other one calls other_main when main has set
# harts_released, and sleeps afterwards.

    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    bnez a0, other_hart
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

# The supervisor's stack is this hart's: a guest has a second hart or a supervisor, not both.
other_hart:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, supervisor_stack_top
    csrw mscratch, zero
    la t0, machine_trap_entry
    csrw mtvec, t0
1:  lw t0, harts_released
    beqz t0, 1b
    fence
    call other_main

    .globl sleep
sleep:
    wfi
    j sleep

# Not in .bss, which is being cleared while the other hart looks here.
    .data
    .balign 4
    .globl harts_released
harts_released:
    .word 0
