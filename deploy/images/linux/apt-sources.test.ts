import { describe, expect, test } from "vitest";
import { parseAptSources } from "./apt-sources.ts";
import { pickMirror } from "./debian-mirror.ts";

const stanzas = `# the machine's own
Types: deb deb-src
# a comment between fields
URIs: http://mirror.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: trixie
Components: main
`;

describe("apt sources of the machine", () => {
  test("deb822 stanzas are read, disabled and source-only ones left out", () => {
    expect(parseAptSources(stanzas, "deb822")).toEqual([
      {
        uris: ["http://mirror.example/debian", "http://second.example/debian"],
        suites: ["bookworm", "bookworm-updates"],
        components: ["main", "contrib"],
      },
      {
        uris: ["http://mirror.example/debian-security"],
        suites: ["bookworm-security"],
        components: ["main"],
      },
    ]);
  });

  test("lines of the older form are read with and without options", () => {
    const text = [
      "# deb http://commented.example/debian trixie main",
      "deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian trixie main # ours",
      "deb-src http://b.example/debian trixie main",
      "  deb http://c.example/debian sid main contrib",
    ].join("\n");
    expect(parseAptSources(text, "one-line")).toEqual([
      { uris: ["http://a.example/debian"], suites: ["trixie"], components: ["main"] },
      { uris: ["http://c.example/debian"], suites: ["sid"], components: ["main", "contrib"] },
    ]);
  });

  test("the mirror is the archive of a Debian release, not of security updates or of others", () => {
    const others = "deb http://others.example/apt nodistro main\n";
    const security = "deb http://security.example/debian-security trixie-security main\n";
    const ubuntu = "deb http://ubuntu.example/ubuntu noble main\n";
    const debian = "deb http://debian.example/debian trixie main\n";
    const from = (text: string) => pickMirror(parseAptSources(text, "one-line"));
    expect(from(others + security + ubuntu + debian)).toBe("http://debian.example/debian");
    expect(from(others + security + ubuntu)).toBeUndefined();
  });
});
