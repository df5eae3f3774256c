/**
 * Leads connections of a Unix socket to a TCP address: `unix-relay.ts SOCKET HOST PORT`. A socket in the
 * file system is reached from every network namespace, so this is a door into the one that it runs in.
 */
import { connect, createServer } from "node:net";

const [path = "", host = "", port = ""] = process.argv.slice(2);
const server = createServer((outside) => {
  const inside = connect(Number(port), host);
  outside.pipe(inside).pipe(outside);
  outside.on("error", () => inside.destroy());
  inside.on("error", () => outside.destroy());
});
server.listen(path, () => console.log("open"));
