/**
 * Where a person looks at a trace.
 *
 * @param template of the API's configuration, with `{trace}`
 * @returns undefined where one is not known, or the address is not one of the web
 */
export function traceLink(
  template: string | undefined,
  trace: string | undefined,
): string | undefined {
  if (template === undefined || trace === undefined || !/^[0-9a-f]{32}$/.test(trace)) return;
  const link = template.replaceAll("{trace}", trace);
  return URL.canParse(link) && /^https?:$/.test(new URL(link).protocol) ? link : undefined;
}
