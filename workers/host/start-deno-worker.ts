/** Deno's global `Worker`, of which Node's types know nothing. */
export interface DenoWorker<Message, Answer, Transfer> {
  onmessage: ((event: { readonly data: Answer }) => void) | null;
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
  postMessage(message: Message, transfer?: readonly Transfer[]): void;
  terminate(): void;
}

interface DenoWorkerOptions {
  readonly type: "module";
  readonly name: string;
  readonly deno: { readonly permissions: "none" };
}

/** Starts a thread under Deno, with no permissions at all. */
export function startDenoWorker<Message, Answer, Transfer>(
  entry: URL,
  name: string,
): DenoWorker<Message, Answer, Transfer> {
  const { Worker } = globalThis as unknown as {
    readonly Worker: new (
      url: URL,
      options: DenoWorkerOptions,
    ) => DenoWorker<Message, Answer, Transfer>;
  };
  return new Worker(entry, { type: "module", name, deno: { permissions: "none" } });
}
