import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type ClusterObject, clusterObject } from "./cluster-object.ts";
import { repository } from "./repository.ts";

/**
 * What `kustomize build` makes of an overlay, with secrets as a person would have filled them in.
 *
 * @param overlay name of a folder of k8s/overlays
 * @param component one of k8s/components that it does not have, added as the documents say
 * @throws Error with kustomize's own words when it does not build
 */
export function builtOverlay(
  kustomize: string,
  overlay: string,
  component?: string,
): ClusterObject[] {
  const folder = mkdtempSync(join(tmpdir(), "trapline-k8s-"));
  try {
    cpSync(join(repository, "k8s"), folder, { recursive: true });
    const place = join(folder, "overlays", overlay);
    const example = readFileSync(join(place, "secrets.example.env"), "utf8");
    writeFileSync(join(place, "secrets.env"), example.replace(/=$/gm, "=letters0and1digits"));
    if (component !== undefined) addComponent(join(place, "kustomization.yaml"), component);
    const text = execFileSync(kustomize, ["build", place], { encoding: "utf8" });
    return parseAllDocuments(text).map((document) => clusterObject(document.toJS()));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function addComponent(file: string, name: string): void {
  const text = readFileSync(file, "utf8");
  const line = `components:\n  - ../../components/${name}\n`;
  writeFileSync(file, text.replace("components:\n", line));
}
