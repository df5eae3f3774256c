# Trap entries of M-mode and S-mode. Each saves all registers in a struct trap_frame, calls
# handle_machine_trap or handle_supervisor_trap with its address and goes back to frame->pc.
#
# The scratch register is 0 while the mode itself runs (a trap then stays on its stack) and holds
# the mode's stack pointer while a lower mode runs.

    .macro FOR_SAVED_REGISTERS do
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \do x\n, 8*\n(sp)
    .endr
    .endm

    .macro TRAP_ENTRY entry, handler, return, scratch, pc
    .globl \entry
    .balign 4
\entry:
    csrrw sp, \scratch, sp
    bnez sp, 1f
    csrr sp, \scratch               # from the mode itself: go on with its own stack
1:  addi sp, sp, -272
    FOR_SAVED_REGISTERS sd
    csrrw t0, \scratch, zero        # the interrupted stack pointer
    sd t0, 16(sp)
    csrr t0, \pc
    sd t0, 256(sp)
    mv a0, sp
    call \handler
    ld t0, 256(sp)
    csrw \pc, t0
    ld t0, 16(sp)
    addi t1, sp, 272
    beq t0, t1, 2f                  # came from this very stack: scratch stays 0
    csrw \scratch, t1
2:  FOR_SAVED_REGISTERS ld
    ld sp, 16(sp)
    \return
    .endm

    .text
    TRAP_ENTRY machine_trap_entry, handle_machine_trap, mret, mscratch, mepc
    TRAP_ENTRY supervisor_trap_entry, handle_supervisor_trap, sret, sscratch, sepc

# void enter_mode(uint64_t status_mpp, void (*entry)(void), void *stack): leaves M-mode for good;
# traps to M-mode come back on the present stack. The new mode starts with a clean scratch register.
    .globl enter_mode
enter_mode:
    li t0, 0x1800
    csrc mstatus, t0
    csrs mstatus, a0
    csrw mepc, a1
    csrw mscratch, sp
    csrw sscratch, zero
    mv sp, a2
    mret

# void enter_user(void (*entry)(void), void *stack): the same from S-mode to U-mode.
    .globl enter_user
enter_user:
    li t0, 0x100
    csrc sstatus, t0
    csrw sepc, a0
    csrw sscratch, sp
    mv sp, a1
    sret

