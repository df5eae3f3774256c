import { closeSync, constants, openSync, writeSync } from "node:fs";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { ReadStream } from "node:tty";
import type { OpenStream, Stream, StreamEvents } from "./stream.ts";

/** What is used of the C library: `pts(4)` and `termios(3)`. */
interface CLibrary {
  grantpt(file: number): number;
  unlockpt(file: number): number;
  ptsname_r(file: number, name: Uint8Array, bytes: bigint): number;
  tcgetattr(file: number, modes: Uint8Array): number;
  cfmakeraw(modes: Uint8Array): void;
  tcsetattr(file: number, when: number, modes: Uint8Array): number;
}

const now = 0;
const farewellMilliseconds = 250;
const nameBytes = 256;
/** More than a `struct termios` has anywhere. */
const modesBytes = 256;
const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Makes a pseudo terminal in raw mode, whose other side any program may open by the name in `place`.
 *
 * There is one connection for as long as it is open: its own hold on the other side keeps what
 * others do to theirs (leave, come back) from ending it. Output that nobody reads is kept as far as
 * the system does (some kilobytes) and lost then, as on a wire.
 *
 * @throws Error where this runtime cannot call the C library
 */
export async function openPseudoTerminal(
  onConnect: (stream: Stream) => StreamEvents,
): Promise<OpenStream> {
  const library = await loadLibrary();
  const master = openSync("/dev/ptmx", flags);
  const name = new Uint8Array(nameBytes);
  const isReady =
    library.grantpt(master) === 0 &&
    library.unlockpt(master) === 0 &&
    library.ptsname_r(master, name, BigInt(nameBytes)) === 0;
  if (!isReady) {
    closeSync(master);
    throw new Error("the system gives no pseudo terminal");
  }
  const path = Buffer.from(name.subarray(0, name.indexOf(0))).toString();
  const held = openSync(path, flags);
  const modes = new Uint8Array(modesBytes);
  library.tcgetattr(held, modes);
  library.cfmakeraw(modes);
  library.tcsetattr(held, now, modes);
  const input = new ReadStream(master);
  const events = onConnect({
    send: (bytes) => writeWhatFits(master, bytes),
    backlog: 0,
    close: () => {},
  });
  input.on("data", (chunk: Uint8Array) => events.onData(chunk));
  input.on("error", () => {});
  return {
    place: `pty:${path}`,
    close: async () => {
      // The system throws away what has not been read when our side closes.
      await setTimeout(farewellMilliseconds);
      closeSync(held);
      input.destroy();
    },
  };
}

function writeWhatFits(file: number, bytes: Uint8Array): void {
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(file, bytes, done);
  } catch {
    // Full: nobody reads.
  }
}

/** Node's foreign function interface says about itself that it is experimental; once is enough. */
async function loadLibrary(): Promise<CLibrary> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const { dlopen } = await import("node:ffi");
    const integer = "int32";
    return dlopen("libc.so.6", {
      grantpt: { arguments: [integer], return: integer },
      unlockpt: { arguments: [integer], return: integer },
      ptsname_r: { arguments: [integer, "buffer", "uint64"], return: integer },
      tcgetattr: { arguments: [integer, "buffer"], return: integer },
      cfmakeraw: { arguments: ["buffer"], return: "void" },
      tcsetattr: { arguments: [integer, integer, "buffer"], return: integer },
    }).functions;
  } catch {
    throw new Error("pseudo terminals need Linux and Node 26; use unix:PATH,server=on,wait=off");
  } finally {
    process.emitWarning = emitWarning;
  }
}
