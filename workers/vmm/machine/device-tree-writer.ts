/**
 * A value of a device tree property: cells, one string, a list of strings, raw bytes, or `true` for
 * a property that only exists.
 */
export type DeviceTreeValue = readonly number[] | string | readonly string[] | Uint8Array | true;

/** A node of a device tree: properties first, then children, both in the order given. */
export interface DeviceTreeNode {
  readonly name: string;
  readonly properties: Readonly<Record<string, DeviceTreeValue>>;
  readonly children?: readonly DeviceTreeNode[];
}

const magic = 0xd00dfeed;
const version = 17;
const lastCompatibleVersion = 16;
const headerBytes = 40;
/** One empty entry ends the (empty) memory reservation block. */
const reservationBytes = 16;
const token = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

/** Writes a flattened device tree, version 17 (Devicetree Specification 0.4, chapter 5). */
export function writeDeviceTree(root: DeviceTreeNode): Uint8Array {
  const structure = new ByteWriter();
  const strings = new StringTable();
  writeNode(root, structure, strings);
  structure.word(token.end);

  const structureOffset = headerBytes + reservationBytes;
  const stringsOffset = structureOffset + structure.bytes.length;
  const totalBytes = stringsOffset + strings.bytes.length;
  const file = new ByteWriter();
  file.word(magic);
  file.word(totalBytes);
  file.word(structureOffset);
  file.word(stringsOffset);
  file.word(headerBytes);
  file.word(version);
  file.word(lastCompatibleVersion);
  file.word(0);
  file.word(strings.bytes.length);
  file.word(structure.bytes.length);
  file.append(new Uint8Array(reservationBytes));
  file.append(structure.bytes);
  file.append(strings.bytes);
  return file.bytes.slice();
}

function writeNode(node: DeviceTreeNode, structure: ByteWriter, strings: StringTable): void {
  structure.word(token.beginNode);
  structure.string(node.name);
  structure.align();
  for (const [name, value] of Object.entries(node.properties)) {
    const encoded = encode(value);
    structure.word(token.property);
    structure.word(encoded.length);
    structure.word(strings.offsetOf(name));
    structure.append(encoded);
    structure.align();
  }
  for (const child of node.children ?? []) {
    writeNode(child, structure, strings);
  }
  structure.word(token.endNode);
}

function encode(value: DeviceTreeValue): Uint8Array {
  if (value instanceof Uint8Array) {
    return value;
  }
  const writer = new ByteWriter();
  for (const item of typeof value === "string" ? [value] : value === true ? [] : value) {
    if (typeof item === "string") {
      writer.string(item);
    } else {
      writer.word(item);
    }
  }
  return writer.bytes;
}

/** Big-endian words and NUL-terminated UTF-8, in a buffer that grows by doubling. */
class ByteWriter {
  #buffer = new Uint8Array(256);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  word(value: number): void {
    this.append([(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
  }

  string(text: string): void {
    this.append(encodeUtf8(text));
    this.append([0]);
  }

  append(bytes: ArrayLike<number>): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  align(): void {
    this.append(new Uint8Array(-this.#length & 3));
  }
}

/** Property names, each stored once. */
class StringTable {
  readonly #writer = new ByteWriter();
  readonly #offsets = new Map<string, number>();

  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  offsetOf(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) {
      return known;
    }
    const offset = this.bytes.length;
    this.#offsets.set(name, offset);
    this.#writer.string(name);
    return offset;
  }
}

/** `TextEncoder` belongs to no ECMAScript library, and the monitor is compiled with nothing else. */
function encodeUtf8(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.toWellFormed());
  const bytes = new Uint8Array(escaped.length);
  let length = 0;
  for (let index = 0; index < escaped.length; index++) {
    const isEscape = escaped[index] === "%";
    bytes[length++] = isEscape
      ? Number.parseInt(escaped.slice(index + 1, index + 3), 16)
      : escaped.charCodeAt(index);
    if (isEscape) index += 2;
  }
  return bytes.subarray(0, length);
}
