import { serveThread } from "./serve-thread.ts";
import type { ThreadMessage, ThreadStart } from "./thread-protocol.ts";

/** What a dedicated worker's global scope has, of which Node's types know nothing. */
interface ThreadScope {
  onmessage: ((event: { readonly data: ThreadStart }) => void) | null;
  postMessage(message: ThreadMessage): void;
}

const scope = globalThis as unknown as ThreadScope;
scope.onmessage = ({ data }) => serveThread(data, (message) => scope.postMessage(message));
