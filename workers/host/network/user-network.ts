import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { Failure } from "../../vmm/mod.ts";
import { streamOver } from "../stream-over.ts";
import type { HostNetwork } from "./host-network.ts";
import { RestrictedNetwork } from "./restricted-network.ts";
import { StreamCable } from "./stream-cable.ts";
import type { PortForward, UserNetworkOptions } from "./user-network-options.ts";

const program = "passt";
/** The child's end of a pair of connected sockets; passt ends when ours is closed. */
const childFile = 3;
/** passt says what it cannot do at once, and nothing when it works. */
const trialMilliseconds = 150;

/**
 * The host's network without privileges: `passt`, a program that turns frames into ordinary sockets
 * of its own process. It is started for this card and ends with it.
 *
 * @param onArrival called when a frame has come
 * @throws Failure `user-network` where passt is missing or says why it cannot run
 */
export async function openUserNetwork(
  options: UserNetworkOptions,
  onArrival: () => void,
): Promise<HostNetwork> {
  const words = [...wordsOf(options), "--fd", String(childFile)];
  // A pipe to a child is a pair of sockets, which is what passt wants.
  const child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  await tried(child);
  const socket = child.stdio[childFile] as Duplex;
  const cable = new StreamCable(onArrival);
  streamOver(socket, cable.onConnect);
  const { attach, send } = options.isRestricted
    ? new RestrictedNetwork(cable, options.router)
    : cable;
  return {
    place: `user-mode network ${options.router}/${options.prefix}, the guest is ${options.guest}`,
    attach,
    send,
    close: async () => {
      socket.destroy();
      child.kill();
    },
  };
}

function wordsOf(options: UserNetworkOptions): string[] {
  const { guest, prefix, router, nameServer, hasIpv6, searchDomains, forwards } = options;
  return [
    ...["--foreground", "--quiet", "--stderr"],
    ...(hasIpv6 ? [] : ["--ipv4-only"]),
    ...["--address", guest, "--netmask", String(prefix), "--gateway", router],
    ...["--dns-forward", nameServer],
    ...searchDomains.flatMap((domain) => ["--search", domain]),
    ...forwardWords("--tcp-ports", forwards, "tcp"),
    ...forwardWords("--udp-ports", forwards, "udp"),
  ];
}

function forwardWords(
  option: string,
  forwards: readonly PortForward[],
  protocol: PortForward["protocol"],
): string[] {
  const chosen = forwards.filter((forward) => forward.protocol === protocol);
  if (chosen.length === 0) return [option, "none"];
  return chosen.flatMap(({ hostAddress, hostPort, guestPort }) => {
    const address = hostAddress === undefined ? "" : `${hostAddress}/`;
    return [option, `${address}${hostPort}:${guestPort}`];
  });
}

/** Waits whether the program starts and stays. @throws Failure */
async function tried(child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said = `${said}${String(chunk)}`.slice(-4096);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      const isMissing = "code" in error && error.code === "ENOENT";
      resolve(isMissing ? "it is not installed" : error.message);
    });
    child.once("close", () => resolve(reasonIn(said)));
  });
  const reason = await Promise.race([ended, setTimeout(trialMilliseconds, undefined)]);
  if (reason !== undefined) {
    throw new Failure(
      "user-network",
      `the user-mode network needs the program ${program}, and cannot use it: ${reason}`,
      "install Debian's package passt; host ports must be free, and the host needs a default route",
    );
  }
  // A machine that ends must not wait for it.
  child.unref();
}

/** The last thing that passt said, without what it says of the system's log. */
function reasonIn(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const reason = lines.filter((line) => !/to syslog|Don't run as root/.test(line)).at(-1);
  return reason === undefined ? "it ended without a word" : `it says: ${reason.trim()}`;
}
