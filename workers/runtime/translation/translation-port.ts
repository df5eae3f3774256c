import type { TranslationAnswer, TranslationRequest } from "../../vmm/mod.ts";

/** The end of a channel to the translation thread that a monitor's thread has. */
export interface TranslationPort {
  onmessage: ((event: { readonly data: readonly TranslationAnswer[] }) => void) | null;
  postMessage(requests: readonly TranslationRequest[]): void;
}

/** The other end, which is sent to the translation thread. */
export interface ServedPort {
  onmessage: ((event: { readonly data: readonly TranslationRequest[] }) => void) | null;
  postMessage(answers: readonly TranslationAnswer[]): void;
  close(): void;
}
