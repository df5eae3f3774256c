import { parentPort } from "node:worker_threads";
import { serveThread } from "./serve-thread.ts";

if (parentPort) {
  const port = parentPort;
  const receive = serveThread(
    (message) => port.postMessage(message),
    () => process.exit(),
  );
  port.on("message", receive);
}
