import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { type Copy, DockerfileParser, type From, type Instruction } from "dockerfile-ast";
import { repository } from "./repository.ts";

/** What a Dockerfile of deploy/images says, as far as our tests ask. */
export interface ServiceImage {
  readonly text: string;
  /** `FROM` of every stage; the last one is the image. */
  readonly bases: readonly { readonly image: string; readonly stage: string | undefined }[];
  /** Stages that a later one copies from. */
  readonly copiedStages: readonly string[];
  /** Folders and files of the repository that a stage takes, per stage. */
  readonly taken: readonly (readonly string[])[];
  /** Of the last stage. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly ports: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** @param name a folder of deploy/images */
export function serviceImage(name: string): ServiceImage {
  const text = readFileSync(join(repository, "deploy/images", name, "Dockerfile"), "utf8");
  const stages: Instruction[][] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    if (instruction.getKeyword() === "FROM") stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  const last = stages.at(-1) ?? [];
  const rest = (keyword: string) =>
    last
      .filter((instruction) => instruction.getKeyword() === keyword)
      .map((instruction) => instruction.getArgumentsContent() ?? "");
  const copies = stages.map(copiesOf);
  return {
    text,
    bases: stages.map(([from]) => ({
      image: (from as From).getImage() ?? "",
      stage: (from as From).getBuildStage() ?? undefined,
    })),
    copiedStages: copies.flat().flatMap(({ from }) => from ?? []),
    taken: copies.map((stage) => stage.flatMap(({ from, sources }) => (from ? [] : sources))),
    environment: Object.fromEntries(
      last
        .filter((instruction) => instruction.getKeyword() === "ENV")
        .flatMap((instruction) => instruction.getArguments().map((word) => word.getValue()))
        .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    ),
    user: rest("USER").at(-1) ?? "root",
    ports: rest("EXPOSE"),
    command: listAfter(rest("CMD").at(-1) ?? ""),
    healthcheck: listAfter(rest("HEALTHCHECK").at(-1) ?? ""),
  };
}

/** The files of the repository that `docker build` would send, `.dockerignore` applied. */
export function filesOfContext(): string[] {
  const lines = readFileSync(join(repository, ".dockerignore"), "utf8").split("\n");
  const rules = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const isSent = (path: string): boolean => {
    let sent = true;
    for (const rule of rules) {
      const pattern = rule.replace(/^!/, "");
      // A pattern that means a folder means all in it.
      if (matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`)) {
        sent = rule.startsWith("!");
      }
    }
    return sent;
  };
  return globSync("**/*", {
    cwd: repository,
    exclude: ({ name }) => ["node_modules", "dist", ".git", ".cache"].includes(name),
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(repository.length))
    .filter(isSent);
}

function copiesOf(stage: readonly Instruction[]) {
  return stage
    .filter((instruction) => instruction.getKeyword() === "COPY")
    .map((instruction) => {
      const copy = instruction as Copy;
      const words = copy.getArguments().map((word) => word.getValue());
      const from = copy.getFlags().find((flag) => flag.getName() === "from");
      return { from: from?.getValue() ?? undefined, sources: words.slice(0, -1) };
    });
}

/** The JSON list that ends an instruction, its continued lines joined; empty without the instruction. */
function listAfter(text: string): string[] {
  if (text === "") return [];
  return JSON.parse(text.slice(text.indexOf("[")).replace(/\\\n/g, "")) as string[];
}
