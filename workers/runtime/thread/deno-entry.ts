import { serveThread } from "./serve-thread.ts";
import type { ThreadCommand, ThreadMessage } from "./thread-protocol.ts";

/** What a dedicated worker's global scope has, of which Node's types know nothing. */
interface ThreadScope {
  onmessage: ((event: { readonly data: ThreadCommand }) => void) | null;
  postMessage(message: ThreadMessage): void;
  close(): void;
}

const scope = globalThis as unknown as ThreadScope;
const receive = serveThread(
  (message) => scope.postMessage(message),
  () => scope.close(),
);
scope.onmessage = ({ data }) => receive(data);
