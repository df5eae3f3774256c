/**
 * Units as types. They are aliases, so they cost nothing and read as what they measure.
 */

/** A number of retired guest instructions. */
export type Instructions = number;
/** A number of bytes. */
export type Bytes = number;
/** A number of 4 KiB pages. */
export type Pages = number;
/** A guest-physical address. All that a machine can back lies far below 2^53. */
export type GuestPhysicalAddress = number;
/** A byte address inside the one machine memory of a worker, below 2^32. */
export type MachineAddress = number;
/** The number of a 4 KiB frame of machine memory. */
export type FrameNumber = number;
/** Guest-visible time since the machine was switched on, in nanoseconds, below 2^53. */
export type Nanoseconds = number;
