import type { LocalNetwork } from "../../../workers/runtime/local/local-run.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";

/**
 * The networks with their captures, and hubs with what is plugged into them.
 *
 * @throws UsageFailure
 */
export function wireNetworks({
  networks,
  captures,
  devices,
}: Pick<Draft, "networks" | "captures" | "devices">): readonly LocalNetwork[] {
  const require = (owner: string, id: string) => {
    if (networks.some((network) => network.id === id)) return;
    throw new UsageFailure(
      "netdev-missing",
      `${owner}: no netdev '${id}'`,
      `define it with -netdev KIND,id=${id}`,
    );
  };
  for (const { network } of captures) require("-object filter-dump", network);
  const users = new Set(devices.flatMap(({ network }) => network ?? []));
  for (const { id, end } of networks) {
    if (end.kind !== "hub" || end.behind === undefined) continue;
    require(`-netdev hubport,id=${id}`, end.behind);
    const isHub = networks.some((other) => other.id === end.behind && other.end.kind === "hub");
    if (isHub || users.has(end.behind) || users.has(id)) {
      throw new UsageFailure(
        "netdev-in-use",
        `-netdev hubport,id=${id}: the cable of '${end.behind}' has two ends, and both are taken`,
        "a hub's port leads to one card (-device …,netdev=) or to one other network (netdev=)",
      );
    }
    users.add(end.behind);
  }
  return networks.map(({ id, end }) => ({
    name: id,
    end,
    captures: captures
      .filter(({ network }) => network === id)
      .map(({ file, mostBytes }) => ({ file, mostBytes })),
  }));
}
