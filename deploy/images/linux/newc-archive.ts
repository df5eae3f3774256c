/** A file of the archive; `path` is relative, with `/` between its parts. */
export type NewcEntry =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly executable?: boolean;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "character-device"; readonly path: string; readonly device: [number, number] };

/**
 * A cpio archive in "newc" form, which Linux unpacks as its first root file system
 * (Documentation/driver-api/early-userspace/buffer-format.rst). The same entries give the same
 * bytes: sorted by path, all owned by root, all times zero. Parent folders must be entries too.
 */
export function newcArchive(entries: readonly NewcEntry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const parts = sorted.flatMap((entry, index) => member(entry.path, index + 1, form(entry)));
  parts.push(...member("TRAILER!!!", 0, { mode: 0, links: 1, device: [0, 0], data: empty }));
  return Buffer.concat(parts);
}

interface Form {
  readonly mode: number;
  readonly links: number;
  readonly device: readonly [number, number];
  readonly data: Uint8Array;
}

const empty = new Uint8Array(0);

function form(entry: NewcEntry): Form {
  switch (entry.kind) {
    case "folder":
      return { mode: 0o040755, links: 2, device: [0, 0], data: empty };
    case "file":
      return {
        mode: entry.executable === true ? 0o100755 : 0o100644,
        links: 1,
        device: [0, 0],
        data: entry.bytes,
      };
    case "link":
      return { mode: 0o120777, links: 1, device: [0, 0], data: Buffer.from(entry.target) };
    case "character-device":
      return { mode: 0o020600, links: 1, device: entry.device, data: empty };
  }
}

/** Header and name padded to 4 bytes, then the data padded to 4 bytes. */
function member(path: string, inode: number, { mode, links, device, data }: Form): Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const [major, minor] = device;
  const fields = [inode, mode, 0, 0, links, 0, data.length, 0, 0, major, minor, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  const head = Buffer.concat([Buffer.from(header), name]);
  return [head, Buffer.alloc(-head.length & 3), data, Buffer.alloc(-data.length & 3)];
}
