# Entry of a static program under Linux: the stack holds argc, argv, the environment and the
# auxiliary vector. start_program(stack) gives the exit status.

    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv a0, sp
    andi sp, sp, -16
    call start_program
    li a7, 94                       # exit_group
    ecall
