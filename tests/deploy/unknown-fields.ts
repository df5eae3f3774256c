import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterObject } from "./cluster-object.ts";
import { repository } from "./repository.ts";

/**
 * What the type checker says when each object is written down as a literal of its type: a misspelt
 * field is an excess property there, while Kubernetes' JSON schemas would let it pass.
 *
 * @returns one line for each fault; none when all is well
 */
export function unknownFields(objects: readonly ClusterObject[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "trapline-types-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["kubernetes-models", "@kubernetes-models"]) {
      const installed = realpathSync(join(repository, "node_modules", name));
      symlinkSync(installed, join(folder, "node_modules", name));
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "objects.ts"), objects.map(asLiteral).join("\n"));
    const options =
      "--noEmit --strict --skipLibCheck --module nodenext --target es2024 --pretty false";
    const { stdout } = spawnSync(
      join(repository, "node_modules/.bin/tsc"),
      [...options.split(" "), "objects.ts"],
      { cwd: folder, encoding: "utf8" },
    );
    return stdout.split("\n").filter((line) => line !== "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function asLiteral(object: ClusterObject, index: number): string {
  const { apiVersion, kind } = object;
  const place = `${apiVersion.startsWith("keda.sh/") ? "@kubernetes-models/keda" : "kubernetes-models"}/${apiVersion}`;
  const literal = JSON.stringify(object.toJSON(), null, 1);
  return (
    `import type { I${kind} as Type${index} } from ${JSON.stringify(place)};\n` +
    `export const object${index}: Type${index} = ${literal};`
  );
}
