import process from "node:process";

/** Tells the person something beside the guest's console: on standard error, under our name. */
export function tell(sentence: string): void {
  process.stderr.write(`trapline qemu: ${sentence}\n`);
}
