/** A port of the host that leads to one of the guest. */
export interface PortForward {
  readonly protocol: "tcp" | "udp";
  /** The host's address to listen on; all of them where it is not said. */
  readonly hostAddress: string | undefined;
  readonly hostPort: number;
  readonly guestPort: number;
}

/** The network that the guest sees, and the ways into it. Addresses are IPv4 in dotted form. */
export interface UserNetworkOptions {
  /** What DHCP gives to the guest. */
  readonly guest: string;
  /** Length of the network's prefix in bits. */
  readonly prefix: number;
  /** The router, which is also how the guest reaches the host's loopback address. */
  readonly router: string;
  /** Queries sent there are answered by the host's name server. */
  readonly nameServer: string;
  readonly hasIpv6: boolean;
  readonly searchDomains: readonly string[];
  readonly forwards: readonly PortForward[];
  /** Whether the guest may only answer what came in through `forwards`. */
  readonly isRestricted: boolean;
}
