import { HostEnd } from "../../workers/runtime/migration/host-end.ts";
import { ThreadEnd } from "../../workers/runtime/migration/thread-end.ts";

/** A thread's end of a channel and the main thread's, both on this thread; messages take their time. */
export function threadPair(): [ThreadEnd, HostEnd] {
  const host: HostEnd = new HostEnd(() => setImmediate(() => thread.knock()));
  const thread: ThreadEnd = new ThreadEnd(host.shared, (message) =>
    setImmediate(() => host.hear(message)),
  );
  return [thread, host];
}
