/** A file for the root folder of the disk. */
export interface Ext2File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Makes a small ext2 file system, revision 1, as an image of a whole disk: one block group, blocks
 * of 1 KiB, files in the root folder only. The same files give the same bytes on every machine,
 * which no version of mke2fs promises, and the disk's bytes are part of what a graded run is.
 *
 * Layout in blocks: 0 boot · 1 superblock · 2 group descriptor · 3 block bitmap · 4 inode bitmap ·
 * 5–12 inode table (64 inodes of 128 bytes) · 13… data. Structures as in fs/ext2/ext2.h of Linux.
 *
 * @param blocks size of the disk in KiB, 64 to 8,192
 * @throws RangeError when the files do not fit
 */
export function ext2Disk(files: readonly Ext2File[], blocks: number): Uint8Array {
  return new Ext2Builder(blocks).build(files);
}

const blockBytes = 1024;
const inodes = 64;
const inodeBytes = 128;
const inodeTable = 5;
const firstData = inodeTable + (inodes * inodeBytes) / blockBytes;
const rootInode = 2;
const lostAndFoundInode = 11;
const firstFreeInode = 12;
const folderMode = 0o040755;
const fileMode = 0o100644;
const directBlocks = 12;
const pointersPerBlock = blockBytes / 4;
/** e2fsck wants room for orphans before it needs them. */
const lostAndFoundBlocks = 4;
/** 2026-01-01T00:00:00Z in Unix seconds: a fixed time, so that the image does not depend on the clock. */
const madeAt = 1_767_225_600;
const volume = {
  uuid: "7472617070656c696e65206469736b21",
  name: "trapline",
};

interface Directory {
  readonly name: string;
  readonly inode: number;
  readonly kind: "file" | "folder";
}

class Ext2Builder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #blocks: number;
  #nextBlock = firstData;

  constructor(blocks: number) {
    if (blocks < 64 || blocks > 8192) throw new RangeError(`a disk of ${blocks} KiB`);
    this.#blocks = blocks;
    this.#bytes = new Uint8Array(blocks * blockBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  build(files: readonly Ext2File[]): Uint8Array {
    const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (sorted.length > inodes - lostAndFoundInode) throw new RangeError("too many files");
    const named = sorted.map(({ name, bytes }, index) => {
      const inode = firstFreeInode + index;
      this.#writeInode(inode, fileMode, 1, bytes);
      return { name, inode, kind: "file" as const };
    });
    const lostAndFound = { name: "lost+found", inode: lostAndFoundInode, kind: "folder" as const };
    this.#writeFolder(lostAndFoundInode, 2, [], lostAndFoundBlocks);
    this.#writeFolder(rootInode, 3, [lostAndFound, ...named], 1);
    this.#writeBitmap(3, blockBytes * 8, (bit) => bit + 1 < this.#nextBlock, this.#blocks - 1);
    const lastInode = firstFreeInode + named.length - 1;
    this.#writeBitmap(4, blockBytes * 8, (bit) => bit < lastInode, inodes);
    this.#writeDescriptors(this.#blocks - this.#nextBlock, inodes - lastInode);
    return this.#bytes;
  }

  #allocate(): number {
    if (this.#nextBlock >= this.#blocks) throw new RangeError("the files do not fit on the disk");
    return this.#nextBlock++;
  }

  #writeInode(inode: number, mode: number, links: number, data: Uint8Array): void {
    const dataBlocks = Math.ceil(data.length / blockBytes);
    if (dataBlocks > directBlocks + pointersPerBlock) throw new RangeError("a file is too long");
    const at = inodeTable * blockBytes + (inode - 1) * inodeBytes;
    let indirect = 0;
    for (let index = 0; index < dataBlocks; index++) {
      if (index === directBlocks) {
        indirect = this.#allocate();
        this.#view.setUint32(at + 40 + 4 * directBlocks, indirect, true);
      }
      const block = this.#allocate();
      const pointer =
        index < directBlocks
          ? at + 40 + 4 * index
          : indirect * blockBytes + 4 * (index - directBlocks);
      this.#view.setUint32(pointer, block, true);
      const piece = data.subarray(index * blockBytes, (index + 1) * blockBytes);
      this.#bytes.set(piece, block * blockBytes);
    }
    this.#view.setUint16(at, mode, true);
    this.#view.setUint32(at + 4, data.length, true);
    for (const time of [8, 12, 16]) this.#view.setUint32(at + time, madeAt, true);
    this.#view.setUint16(at + 26, links, true);
    // i_blocks counts sectors of 512 bytes, the indirect block included.
    this.#view.setUint32(at + 28, 2 * (dataBlocks + (indirect === 0 ? 0 : 1)), true);
  }

  #writeFolder(inode: number, links: number, entries: readonly Directory[], blocks: number): void {
    const data = new Uint8Array(blocks * blockBytes);
    const all: Directory[] = [
      { name: ".", inode, kind: "folder" },
      { name: "..", inode: rootInode, kind: "folder" },
      ...entries,
    ];
    let at = 0;
    all.forEach((entry, index) => {
      const name = new TextEncoder().encode(entry.name);
      const needed = (8 + name.length + 3) & ~3;
      if (at + needed > blockBytes) throw new RangeError("the root folder is full");
      // The last entry's length reaches to the end of the block.
      const length = index === all.length - 1 ? blockBytes - at : needed;
      writeEntry(data, at, entry.inode, length, name, entry.kind === "folder" ? 2 : 1);
      at += length;
    });
    for (let block = 1; block < blocks; block++) {
      writeEntry(data, block * blockBytes, 0, blockBytes, new Uint8Array(0), 0);
    }
    this.#writeInode(inode, folderMode, links, data);
  }

  /** Bits behind `end` stand for nothing and must be ones. */
  #writeBitmap(block: number, bits: number, used: (bit: number) => boolean, end: number): void {
    for (let bit = 0; bit < bits; bit++) {
      if (bit < end && !used(bit)) continue;
      const at = block * blockBytes + (bit >> 3);
      this.#view.setUint8(at, this.#view.getUint8(at) | (1 << (bit & 7)));
    }
  }

  #writeDescriptors(freeBlocks: number, freeInodes: number): void {
    const group = 2 * blockBytes;
    [3, 4, inodeTable].forEach((block, index) => {
      this.#view.setUint32(group + 4 * index, block, true);
    });
    this.#view.setUint16(group + 12, freeBlocks, true);
    this.#view.setUint16(group + 14, freeInodes, true);
    this.#view.setUint16(group + 16, 2, true);

    const superblock = blockBytes;
    const words: readonly [offset: number, value: number][] = [
      [0, inodes],
      [4, this.#blocks],
      [12, freeBlocks],
      [16, freeInodes],
      [20, 1], // first data block, where blocks are 1 KiB
      [32, 8192], // blocks per group
      [36, 8192], // fragments per group
      [40, inodes], // inodes per group
      [48, madeAt],
      [64, madeAt], // last check
      [76, 1], // revision with inode size and features
      [84, lostAndFoundInode], // first inode that is not reserved
      [96, 2], // incompatible feature: file type in folder entries
    ];
    for (const [offset, value] of words) this.#view.setUint32(superblock + offset, value, true);
    const halves: readonly [offset: number, value: number][] = [
      [54, 0xffff], // no check after so many mounts
      [56, 0xef53], // magic
      [58, 1], // clean
      [60, 1], // errors: continue
      [88, inodeBytes],
    ];
    for (const [offset, value] of halves) this.#view.setUint16(superblock + offset, value, true);
    this.#bytes.set(Buffer.from(volume.uuid, "hex"), superblock + 104);
    this.#bytes.set(new TextEncoder().encode(volume.name), superblock + 120);
  }
}

function writeEntry(
  data: Uint8Array,
  at: number,
  inode: number,
  length: number,
  name: Uint8Array,
  type: number,
): void {
  const view = new DataView(data.buffer);
  view.setUint32(at, inode, true);
  view.setUint16(at + 4, length, true);
  view.setUint8(at + 6, name.length);
  view.setUint8(at + 7, type);
  data.set(name, at + 8);
}
