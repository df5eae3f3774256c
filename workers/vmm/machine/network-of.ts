import { Failure } from "../base/failure.ts";
import { Loopback } from "../devices/network/loopback.ts";
import type { NetBackend } from "../devices/network/net-backend.ts";
import { NoNetwork } from "../devices/network/no-network.ts";
import type { MachineResources, VirtioConfig } from "./config.ts";

/**
 * The far end of a card's cable.
 *
 * Failures: `network-missing`.
 */
export function networkOf(
  { network }: VirtioConfig & { kind: "net" },
  resources: MachineResources,
): NetBackend {
  const given = resources.networks?.get(network);
  if (given) return given;
  if (network === "none") return new NoNetwork();
  if (network === "loopback") return new Loopback();
  throw new Failure(
    "network-missing",
    `No network is called "${network}".`,
    'Use "none", "loopback" or a network that was given to the machine.',
  );
}
