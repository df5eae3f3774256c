import { MemoryBlock } from "../../host/block-memory.ts";
import { startClock } from "../../host/clock.ts";
import { compiler } from "../../host/compiler.ts";
import { turn } from "../../host/turn.ts";
import { Monitor, RoundRobin } from "../../vmm/mod.ts";
import { PortTranslation } from "../translation/port-translation.ts";
import { Pcpu } from "./pcpu.ts";
import type { ThreadCommand, ThreadMessage } from "./thread-protocol.ts";
import { ThreadStatus } from "./thread-status.ts";

/** Milliseconds of a turn: a message to a thread of one guest waits no longer than about that. */
const quantum = 10;

/**
 * A pCPU thread: gives what to call for each message that it receives.
 *
 * @param close ends the thread
 */
export function serveThread(
  post: (message: ThreadMessage) => void,
  close: () => void,
): (command: ThreadCommand) => void {
  let pcpu: Pcpu | undefined;
  const translation = new PortTranslation();
  return (command) => {
    switch (command.type) {
      case "open":
        pcpu = new Pcpu({
          monitor: Monitor.create({
            ...{ compiler, memory: command.memory },
            ...(command.isTranslatedFor && { translation }),
            onTranslationProblem: (problem) => post({ problem }),
          }),
          scheduler: new RoundRobin(quantum),
          status: new ThreadStatus(command.status),
          openDisk: (bytes) => new MemoryBlock(bytes),
          now: () => performance.now(),
          clock: { now: startClock(), date: () => Date.now() },
          soon: (callback) => void turn().then(callback),
          later: (after, callback) => void setTimeout(callback, after),
          ...{ post, close },
        });
        break;
      case "translation":
        translation.renew(command.port);
        break;
      case "start":
        pcpu?.start(command.run, command.start);
        break;
      case "release":
        pcpu?.release(command.run, command.isKept);
        break;
      case "move":
        pcpu?.move(command.run, command.command);
        break;
      case "debug":
        pcpu?.debug(command.run, command.command);
        break;
      case "images":
        pcpu?.giveImages(command.run, command.images);
        break;
      case "template":
        pcpu?.answerTemplate(command.key, command.saved, command.offered);
        break;
      case "lend":
        pcpu?.lendTemplate(command.key, command.loan, command.isPatient);
        break;
      case "loan-over":
        pcpu?.loanOver(command.loan);
        break;
      case "pages":
        pcpu?.supply(command.of, command.pages, command.content);
        break;
      case "pages-lost":
        pcpu?.lose(command.of);
        break;
      case "template-read":
        pcpu?.templateWasRead(command.key);
        break;
      case "forget":
        pcpu?.forgetTemplate(command.key);
        break;
      case "close":
        pcpu?.close();
        break;
    }
  };
}
