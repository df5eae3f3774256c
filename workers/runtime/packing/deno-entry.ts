import { type PackingMessage, servePacking } from "./serve-packing.ts";

/** What a dedicated worker's global scope has, of which Node's types know nothing. */
interface ThreadScope {
  onmessage: ((event: { readonly data: PackingMessage }) => void) | null;
}

const serve = servePacking();
(globalThis as unknown as ThreadScope).onmessage = ({ data }) => serve(data);
