import { describe, expect, test } from "vitest";
import { joinChannels } from "../../workers/runtime/migration/join-channels.ts";
import { FrameWriter } from "../../workers/vmm/migration/frames.ts";
import type { MigrationChannel } from "../../workers/vmm/migration/migration-channel.ts";
import { memoryPipe } from "../support/memory-channel.ts";
import { threadPair } from "../support/thread-pair.ts";
import { tlsPair } from "../support/tls-pair.ts";
import { channelContract } from "./support/channel-contract.ts";

channelContract("a channel within a process", async (room) => {
  const { source, destination } = memoryPipe({ room });
  return [source, destination];
});

channelContract("a channel over TLS", (room) => tlsPair(room));

channelContract("a channel to a pCPU thread", async () => threadPair());

channelContract("a channel from thread to thread over TLS", async (room) => {
  const [source, destination] = [threadPair(), threadPair()];
  const [here, there] = await tlsPair(room);
  joinChannels(source[1], here);
  joinChannels(there, destination[1]);
  return [source[0], destination[0]];
});

describe("a channel on which things go wrong as planned", () => {
  const drain = (end: MigrationChannel) => {
    const lengths: number[] = [];
    for (let frame = end.receive(); frame; frame = end.receive()) lengths.push(frame.length);
    return lengths.length;
  };
  const send = (fault: Parameters<typeof memoryPipe>[0]) => {
    const pipe = memoryPipe(fault);
    const writer = new FrameWriter();
    for (let round = 0; round < 3; round++) {
      const frame = writer.write({ kind: "round", round });
      if (pipe.source.state === "open") pipe.source.send(frame);
    }
    return pipe;
  };
  const at = { point: "source:round", after: 1 } as const;

  test.each([
    ["cut-before", 0, "cut"],
    ["cut-after", 2, "cut"],
    ["stall", 1, "open"],
    ["duplicate", 4, "open"],
    ["corrupt", 3, "open"],
    ["swap", 3, "open"],
  ] as const)("%s: %i frames arrive, and it is %s", (fault, frames, state) => {
    const { source, destination, happened } = send({ faults: [{ ...at, fault }] });
    expect(happened).toBe(1);
    expect(drain(destination)).toBe(frames);
    expect(source.state).toBe(state);
  });
});
