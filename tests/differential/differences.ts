/**
 * Lines such as `x5: 0000000000000001 (QEMU 0000000000000002)`, empty where all is equal.
 *
 * @param names of the words; the dump is the last thing that the guest printed
 */
export function differences(names: readonly string[], ours: string, theirs: string): string[] {
  const [a, b] = [dumpOf(names.length, ours), dumpOf(names.length, theirs)];
  return names.flatMap((name, i) =>
    a[i] === b[i] ? [] : [`${name}: ${a[i] ?? "nothing"} (QEMU ${b[i] ?? "nothing"})`],
  );
}

function dumpOf(words: number, console: string): string[] {
  return console.trimEnd().split("\n").slice(-words);
}
