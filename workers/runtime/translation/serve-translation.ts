import { compiler } from "../../host/compiler.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { createTranslationServer } from "../../vmm/mod.ts";
import type { ServedPort } from "./translation-port.ts";

/**
 * What the worker's main thread tells the translation thread:
 *
 *   open      once and first: the size of the machine memory that the monitors share
 *   connect   a monitor's thread asks by this port from now on
 *   forget    that thread is gone
 *   kept      translations of an earlier run, for all of them
 */
export type TranslationMessage =
  | { readonly type: "open"; readonly memoryBytes: number }
  | { readonly type: "connect"; readonly client: number; readonly port: ServedPort }
  | { readonly type: "forget"; readonly client: number }
  | { readonly type: "kept"; readonly code: Uint8Array };

/** @returns what the thread does with each message, in order */
export function serveTranslation(): (message: TranslationMessage) => void {
  const ports = new Map<number, ServedPort>();
  let server: ReturnType<typeof createTranslationServer> | undefined;
  return (message) => {
    switch (message.type) {
      case "open":
        server = createTranslationServer(compiler, message.memoryBytes);
        return;
      case "connect": {
        const { client, port } = message;
        ports.set(client, port);
        if (server?.kept.length) port.postMessage(server.kept);
        port.onmessage = ({ data }) => {
          if (!server) return;
          try {
            port.postMessage(server.answer(data));
          } catch (error) {
            // The modules do not go through, a refusal does.
            port.postMessage(server.refuse(data, error));
          }
        };
        return;
      }
      case "forget":
        ports.get(message.client)?.close();
        ports.delete(message.client);
        return;
      case "kept": {
        const news = server?.useKeptCode(message.code, nativeHash) ?? [];
        if (news.length > 0) for (const port of ports.values()) port.postMessage(news);
      }
    }
  };
}
