/** One place that packages come from, as far as the search for a mirror needs it. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/**
 * Reads one file of apt sources: deb822 stanzas (`*.sources`) or one line each (`*.list`).
 * Disabled stanzas and source-package lines are left out; what cannot be read is skipped, because
 * the file is the machine's and apt itself complains about it. See sources.list(5).
 */
export function parseAptSources(text: string, form: "deb822" | "one-line"): AptSource[] {
  return form === "deb822" ? parseStanzas(text) : parseLines(text);
}

function parseStanzas(text: string): AptSource[] {
  const sources: AptSource[] = [];
  const withoutComments = text.replace(/^#.*\n?/gm, "");
  for (const stanza of withoutComments.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string[]>();
    // A line that starts with a space continues the field above it.
    for (const line of stanza.replace(/\n[ \t]+/g, " ").split("\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) {
        fields.set(line.slice(0, colon).trim().toLowerCase(), words(line.slice(colon + 1)));
      }
    }
    const disabled = /^(no|false|0|off|without|disable)$/i.test(fields.get("enabled")?.[0] ?? "");
    if (disabled || !fields.get("types")?.includes("deb")) continue;
    sources.push({
      uris: fields.get("uris") ?? [],
      suites: fields.get("suites") ?? [],
      components: fields.get("components") ?? [],
    });
  }
  return sources;
}

function parseLines(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) continue;
    const [, uri = "", suite = "", components = ""] = match;
    sources.push({ uris: [uri], suites: [suite], components: words(components) });
  }
  return sources;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
