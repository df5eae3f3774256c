/**
 * How a machine's instructions are executed: by the interpreter alone, by the translator with every
 * privileged instruction an exit, or by the translator with all that it can do.
 */
export const engineNames = ["interpret", "trap-and-emulate", "translate"] as const;
