import { fileProblem } from "../../host/file-problem.ts";
import type { StreamAddress } from "../../host/stream.ts";
import { listenForStream, type StreamListener } from "../../host/stream-listener.ts";
import { Failure } from "../../vmm/mod.ts";
import { GdbSession } from "./gdb-session.ts";
import { LocalTarget } from "./local-target.ts";
import type { RunControl } from "./run-control.ts";

/**
 * Waits for a gdb (`target remote HOST:PORT`), one at a time.
 *
 * @throws Failure `gdb-unreachable` where the address cannot be bound
 */
export async function startGdbServer(
  where: StreamAddress,
  control: RunControl,
): Promise<StreamListener> {
  try {
    return await listenForStream(where, (stream) => {
      const session = new GdbSession(stream, new LocalTarget(control));
      return {
        onData: (bytes) => session.receive(bytes),
        onClose: () => session.leave(),
      };
    });
  } catch (error) {
    const place = where.kind === "tcp" ? `${where.host}:${where.port}` : where.path;
    throw new Failure(
      "gdb-unreachable",
      `gdb cannot be waited for at ${place}: ${fileProblem(error)}`,
      "another machine may wait there already; choose another port with -gdb tcp::PORT",
    );
  }
}
