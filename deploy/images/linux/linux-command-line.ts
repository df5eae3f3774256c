/**
 * Kernel command line of the Linux image. The last two save two thirds of the instructions of the
 * boot: the kernel's self-tests of its cryptography, and the training of a random-number source
 * that measures jitter of the clock, of which virtual time has none.
 */
export const linuxCommandLine = "console=ttyS0 cryptomgr.notests initcall_blacklist=jent_mod_init";
