/** A device tree read back: property bytes by path, e.g. `/soc/serial@10000000:reg`. */
export function readFlattenedTree(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const strings = view.getUint32(12);
  const properties = new Map<string, Uint8Array>();
  const path: string[] = [];
  let at = view.getUint32(8);
  const align = () => {
    at = (at + 3) & ~3;
  };
  const stringAt = (offset: number) => {
    const end = file.indexOf(0, offset);
    return String.fromCharCode(...file.subarray(offset, end));
  };
  for (;;) {
    const token = view.getUint32(at);
    at += 4;
    if (token === 1) {
      const name = stringAt(at);
      path.push(name);
      at += name.length + 1;
      align();
    } else if (token === 2) {
      path.pop();
    } else if (token === 3) {
      const length = view.getUint32(at);
      const name = stringAt(strings + view.getUint32(at + 4));
      properties.set(`${path.join("/") || "/"}:${name}`, file.slice(at + 8, at + 8 + length));
      at += 8 + length;
      align();
    } else {
      return properties;
    }
  }
}
