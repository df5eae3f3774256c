import type { StreamAddress } from "../stream.ts";
import type { UserNetworkOptions } from "./user-network-options.ts";

/** An address for datagrams. */
export interface DatagramAddress {
  readonly host: string;
  /** 0 lets the system choose, for a local address. */
  readonly port: number;
}

/** What the cable of a network card leads to: one `-netdev`. */
export type NetworkEnd =
  | { readonly kind: "none" }
  | { readonly kind: "loopback" }
  /** A hub of this process; `behind` is another network whose cable is plugged into the hub, too. */
  | { readonly kind: "hub"; readonly hub: number; readonly behind: string | undefined }
  /** Frames behind their length (4 bytes, big-endian) on a byte stream, as QEMU sends them. */
  | { readonly kind: "stream"; readonly address: StreamAddress; readonly listens: boolean }
  /** Each frame is a UDP datagram; `remote` may be a multicast group. */
  | {
      readonly kind: "datagrams";
      readonly local: DatagramAddress | undefined;
      readonly remote: DatagramAddress;
    }
  /** The host's network through a program that plays the part of a router. */
  | { readonly kind: "user"; readonly options: UserNetworkOptions };
