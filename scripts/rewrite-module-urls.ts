/**
 * The compiler renames `./x.ts` to `./x.js` in imports only. This does the same for the one other form
 * in which a source names a module, the entry of a thread or a process:
 * `new URL("./x.ts", import.meta.url)`.
 *
 * @throws Error naming the file when a relative path to a `.ts` file is left in any other form
 */
export function rewriteModuleUrls(file: string, code: string): string {
  const rewritten = code.replaceAll(
    /\bnew URL\(\s*"(\.{1,2}\/[^"\n]+)\.ts",\s*import\.meta\.url\s*\)/g,
    'new URL("$1.js", import.meta.url)',
  );
  const left = rewritten.match(/(["'`])\.{1,2}\/[^"'`\s]*\.ts\1/)?.[0];
  if (left !== undefined) {
    throw new Error(`${file} names a module as ${left}; write new URL(${left}, import.meta.url)`);
  }
  return rewritten;
}
