/** A file of a package, as `dpkg-deb --contents` and `tar -vv` list it. */
export interface ListedFile {
  /** Absolute, without a slash at the end; `/.` is the root. */
  readonly path: string;
  /** Octal, as for chmod: three digits, or four where set-id or sticky bits are set. */
  readonly mode: string;
  /** Names, as for chown: `root:shadow`. */
  readonly owner: string;
  readonly isFolder: boolean;
  readonly isSymbolicLink: boolean;
}

/**
 * Reads lines such as `-rwxr-sr-x root/shadow 97176 2025-04-19 10:20 ./usr/bin/chage`.
 *
 * @throws RangeError for a line of another form
 */
export function parseListing(text: string): ListedFile[] {
  return text.trimEnd().split("\n").map(parseLine);
}

function parseLine(line: string): ListedFile {
  const match = /^(.)(\S{9}) (\S+)\s+\S+ \S+ \S+ \.(\/.*)$/.exec(line);
  if (match === null) throw new RangeError(`no line of a package's listing: ${line}`);
  const [, kind, permissions = "", owner = "", rest = ""] = match;
  const link = kind === "l" ? rest.indexOf(" -> ") : kind === "h" ? rest.indexOf(" link to ") : -1;
  const path = (link < 0 ? rest : rest.slice(0, link)).replace(/\/$/, "");
  return {
    path: path === "" ? "/." : path,
    mode: octal(permissions),
    owner: owner.replace("/", ":"),
    isFolder: kind === "d",
    isSymbolicLink: kind === "l",
  };
}

/** `rwxr-sr-x` as `2755`: `s` and `t` stand in for `x`, `S` and `T` for its absence. */
function octal(permissions: string): string {
  const digits = [0, 3, 6].map((at) => {
    const [read, write, execute = "-"] = permissions.slice(at, at + 3);
    return (read === "r" ? 4 : 0) + (write === "w" ? 2 : 0) + (/[xst]/.test(execute) ? 1 : 0);
  });
  const special = [2, 5, 8].map((at) => (/[sStT]/.test(permissions[at] ?? "") ? 1 : 0));
  const first = special.reduce<number>((sum, bit) => sum * 2 + bit, 0);
  return `${first === 0 ? "" : first}${digits.join("")}`;
}
