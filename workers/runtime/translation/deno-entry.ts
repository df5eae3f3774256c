import { serveTranslation, type TranslationMessage } from "./serve-translation.ts";

/** What a dedicated worker's global scope has, of which Node's types know nothing. */
interface ThreadScope {
  onmessage: ((event: { readonly data: TranslationMessage }) => void) | null;
}

const serve = serveTranslation();
(globalThis as unknown as ThreadScope).onmessage = ({ data }) => serve(data);
