import { connectStream } from "../connect-stream.ts";
import { placeOf } from "../place-of.ts";
import type { StreamAddress } from "../stream.ts";
import { listenForStream } from "../stream-listener.ts";
import type { HostNetwork } from "./host-network.ts";
import { StreamCable } from "./stream-cable.ts";

/**
 * A cable to one other machine over a byte stream: QEMU's `-netdev socket` and `stream`.
 *
 * @param onArrival called when a frame has come
 * @throws what the system says, as a Node error with a `code`
 */
export async function openStreamNetwork(
  address: StreamAddress,
  { listens }: { readonly listens: boolean },
  onArrival: () => void,
): Promise<HostNetwork> {
  const cable = new StreamCable(onArrival);
  const { attach, send, onConnect } = cable;
  if (!listens) {
    const close = await connectStream(address, onConnect);
    return { place: `connected to ${placeOf(address)}`, attach, send, close };
  }
  const listener = await listenForStream(address, onConnect);
  const close = () => listener.close();
  return { place: `listening at ${listener.address}`, attach, send, close };
}
