import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";
import { DebugLink } from "./debug-link.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function apiOf(onSocket: (socket: ServerSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  closers.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on("connection", onSocket);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a connection that is lost is made anew; one that is refused is not, and the words are told", async () => {
  let connections = 0;
  const api = await apiOf((socket) => {
    connections += 1;
    if (connections === 1) socket.terminate();
    else if (connections === 2) socket.on("message", () => socket.close(4409, "another debugger"));
  });
  const refused = Promise.withResolvers<string>();
  const opened = vi.fn(() => void link.ask({ do: "look" }));
  const link: DebugLink = new DebugLink(api, "s-aaaaaaaaaaaaaaaa", {
    onOpen: opened,
    onReport: () => undefined,
    onRefusal: refused.resolve,
  });
  link.open();
  expect(await refused.promise).toBe("another debugger");
  expect(connections).toBe(2);
  await link.close();
});

test("what is no report of this session is not heard", async () => {
  const status = { at: 5, harts: ["running"] };
  const api = await apiOf((socket) => {
    socket.on("message", (text) => {
      const { session, n } = JSON.parse(String(text));
      const report = { session, worker: "w", epoch: 1, n, status };
      for (const other of ["{", "[]", JSON.stringify({ ...report, session: "other" })]) {
        socket.send(other);
      }
      socket.send(JSON.stringify({ ...report, epoch: "one" }));
      socket.send(JSON.stringify(report));
    });
  });
  const heard: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const link: DebugLink = new DebugLink(api, "s-aaaaaaaaaaaaaaaa", {
    onOpen: () => void link.ask({ do: "look" }),
    onReport: (report) => {
      heard.push(report);
      done.resolve();
    },
    onRefusal: () => undefined,
  });
  link.open();
  await done.promise;
  expect(heard).toEqual([{ session: link.session, worker: "w", epoch: 1, n: 0, status }]);
  await link.close();
});
