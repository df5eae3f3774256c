import type { ConsoleBuffer } from "../../host/console-buffer.ts";
import type { SecondConsole, Wires } from "./drive.ts";

/** A virtio console with a far end of its own, under its name in the machine. */
export function secondConsole(
  name: string,
  output: ConsoleBuffer,
  wires: Pick<Wires, "isInputEnded" | "takeInput" | "write">,
): SecondConsole {
  return {
    get isInputEnded() {
      return wires.isInputEnded;
    },
    feed(machine) {
      const input = wires.takeInput();
      if (input !== undefined) machine.sendConsole(input, name);
    },
    show: () => wires.write(output.take()),
  };
}
