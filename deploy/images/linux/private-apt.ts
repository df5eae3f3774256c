import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { debianMirror } from "./debian-mirror.ts";
import { ImageProblem } from "./image-problem.ts";
import { runTool } from "./run-tool.ts";

/** A package as the signed index describes it. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly depends: string;
}

/** What names one file of the archive. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

const keyrings = [
  "/usr/share/keyrings/debian-archive-keyring.gpg",
  "/usr/share/keyrings/debian-archive-keyring.pgp",
];

/** A release under the names that it has in turn; which of them is whose changes every other year. */
const aliases = ["stable", "oldstable", "testing"];

/**
 * apt with a state of its own: another release, another architecture, its own lists and cache. The
 * machine's apt is only asked how it reaches the network; nothing of it is written. Works for any
 * user. Downloads are checked by apt against Debian's archive key.
 *
 * Usage: `PrivateApt.open(folder, "trixie", "riscv64")`, then `show` and `download`.
 */
export class PrivateApt {
  readonly #options: readonly string[];
  readonly #archives: string;
  readonly #lock: string;

  private constructor(folder: string) {
    this.#options = ["-c", `${folder}/apt.conf`];
    this.#archives = `${folder}/archives`;
    this.#lock = `${folder}/lock`;
  }

  /**
   * Writes the configuration below `folder` and fetches the package index.
   *
   * A mirror that is being brought up to date, or a cache in front of it, serves the release file of
   * today with the indexes of yesterday for a while, and apt refuses them. Such places keep
   * a copy for each name of a release: another name may lead to one that is whole.
   *
   * @throws ImageProblem when tools, keyring, mirror or network are missing
   */
  static open(folder: string, release: string, architecture: string): PrivateApt {
    try {
      return PrivateApt.#bySuite(folder, release, architecture);
    } catch (problem) {
      if (!(problem instanceof ImageProblem)) throw problem;
      for (const alias of aliases) {
        const apt = PrivateApt.#byAlias(`${folder}-${alias}`, alias, { release, architecture });
        if (apt !== undefined) return apt;
      }
      throw problem;
    }
  }

  static #byAlias(
    folder: string,
    alias: string,
    { release, architecture }: { release: string; architecture: string },
  ): PrivateApt | undefined {
    try {
      const apt = PrivateApt.#bySuite(folder, alias, architecture);
      return codenameIn(`${folder}/lists`) === release ? apt : undefined;
    } catch (problem) {
      if (problem instanceof ImageProblem) return undefined;
      throw problem;
    }
  }

  static #bySuite(folder: string, suite: string, architecture: string): PrivateApt {
    const keyring = keyrings.find((file) => existsSync(file));
    if (keyring === undefined) {
      throw new ImageProblem(
        "The keys that Debian signs its archive with are not on this machine.",
        "Install the package debian-archive-keyring.",
      );
    }
    if (folder.includes('"')) {
      throw new ImageProblem(
        `apt cannot work in ${folder}: the path contains a quotation mark.`,
        "Move the clone to another folder.",
      );
    }
    for (const part of ["lists/partial", "cache/archives/partial", "sources", "archives", "log"]) {
      mkdirSync(`${folder}/${part}`, { recursive: true });
    }
    writeFileSync(`${folder}/status`, "");
    writeFileSync(`${folder}/none`, "");
    writeFileSync(
      `${folder}/sources/debian.sources`,
      [
        "Types: deb",
        `URIs: ${debianMirror()}`,
        `Suites: ${suite}`,
        "Components: main",
        `Architectures: ${architecture}`,
        `Signed-By: ${keyring}`,
        "",
      ].join("\n"),
    );
    writeFileSync(`${folder}/apt.conf`, configurationText(folder, architecture));
    const apt = new PrivateApt(folder);
    apt.#run("apt-get", ["update", "--quiet"]);
    return apt;
  }

  /** What the index says about the newest version of a package. */
  show(name: string): DebianPackage {
    const text = this.#run("apt-cache", ["show", "--no-all-versions", name]);
    const field = (key: string): string =>
      new RegExp(`^${key}: (.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
    const version = field("Version");
    if (version === "") {
      throw new ImageProblem(
        `The archive has no package ${name}.`,
        "Check that the mirror carries this release and architecture.",
      );
    }
    return { name, version, sha256: field("SHA256"), depends: field("Depends") };
  }

  /** Downloads exactly this package and returns its file. One that is there already is kept. */
  download({ name, version }: DebianPackage, architecture: string): string {
    this.#run("apt-get", ["download", "--quiet", `${name}=${version}`], this.#archives);
    return this.#fileOf({ name, version, architecture });
  }

  /**
   * The packages that installing `names` on an empty machine brings, without what is only
   * recommended, in an order in which they could be installed. Names may be apt's patterns.
   */
  closure(names: readonly string[]): PackageFile[] {
    const plan = ["--simulate", "install", "--no-install-recommends", "-o", "Debug::NoLocking=1"];
    const lines = this.#run("apt-get", [...plan, ...names]).split("\n");
    return lines.flatMap((line) => {
      const match = /^Inst (\S+) \((\S+) .*\[(\S+)\]\)/.exec(line);
      if (match === null) return [];
      const [, name = "", version = "", architecture = ""] = match;
      return [{ name, version, architecture }];
    });
  }

  /** Downloads the packages and returns their files in the same order. What is there is kept. */
  downloadAll(packages: readonly PackageFile[]): string[] {
    const wanted = packages.map(({ name, version }) => `${name}=${version}`);
    this.#run("apt-get", ["download", "--quiet", ...wanted], this.#archives);
    return packages.map((one) => this.#fileOf(one));
  }

  #fileOf({ name, version, architecture }: PackageFile): string {
    // apt writes the epoch's colon percent-encoded into the file name.
    const file = `${this.#archives}/${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;
    if (!existsSync(file)) {
      throw new ImageProblem(`apt did not leave ${file} behind.`, "Run the command with --force.");
    }
    return file;
  }

  #run(command: string, args: readonly string[], folder?: string): string {
    // Two processes may need an image at the same time: apt itself would not wait for the other.
    const line = [this.#lock, command, ...this.#options, ...args];
    return runTool("flock", line, folder).toString();
  }
}

/** Of the release whose signed file apt has put into its lists. */
function codenameIn(lists: string): string | undefined {
  const file = readdirSync(lists).find((name) => /_(In)?Release$/.test(name));
  const text = file === undefined ? "" : readFileSync(`${lists}/${file}`, "utf8");
  return /^Codename: (\S+)$/m.exec(text)?.[1];
}

/** Read after the machine's own configuration (-c), so it overrides it. See apt.conf(5). */
function configurationText(folder: string, architecture: string): string {
  return [
    // The machine's hooks (clean-up, desktop notifications) are about the machine's own packages.
    "#clear APT::Update;",
    "#clear DPkg;",
    // An index that could not be fetched is an error: an old one must not pass for the new one.
    'APT::Update::Error-Mode "any";',
    "#clear APT::Architectures;",
    "#clear Acquire::Languages;",
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    // The clone's folder need not be readable for apt's download user.
    'APT::Sandbox::User "root";',
    'APT::Get::AllowUnauthenticated "false";',
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::AllowWeakRepositories "false";',
    'Acquire::Languages { "none"; };',
    'Acquire::Retries "3";',
    `Dir::State "${folder}";`,
    `Dir::State::lists "${folder}/lists";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Cache::archives "${folder}/cache/archives";`,
    `Dir::Etc::sourcelist "${folder}/none";`,
    `Dir::Etc::sourceparts "${folder}/sources";`,
    `Dir::Etc::preferences "${folder}/none";`,
    `Dir::Etc::preferencesparts "${folder}/none";`,
    `Dir::Log "${folder}/log";`,
    "",
  ].join("\n");
}
