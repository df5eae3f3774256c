import { readdirSync } from "node:fs";
import { ImageProblem } from "./image-problem.ts";
import { runTool } from "./run-tool.ts";

/** A loadable kernel module, ready for `insmod`. */
export interface KernelModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Collects the modules named by `roots` and those that they depend on, in an order in which they
 * can be loaded. `folder` is `…/lib/modules/RELEASE` of an unpacked kernel package, which comes
 * without `modules.dep`, so the dependencies are read from the modules themselves.
 *
 * The signature that ends each module is cut off and nothing else is changed. Checking it takes
 * the guest more instructions than all of the rest of its boot (the kernel then notes in its log
 * that a module was not verified).
 *
 * @throws ImageProblem when a module is missing
 */
export function kernelModules(folder: string, roots: readonly string[]): KernelModule[] {
  const files = moduleFiles(folder);
  const loaded = new Map<string, KernelModule>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    const file = files.get(name);
    if (file === undefined) {
      throw new ImageProblem(
        `The kernel package has no module ${name}.`,
        "Its configuration has changed: adjust the list of modules in ensure-linux-image.ts.",
      );
    }
    const bytes = withoutSignature(runTool("/usr/lib/apt/apt-helper", ["cat-file", file]));
    for (const dependency of dependenciesOf(bytes)) load(dependency);
    loaded.set(name, { name, bytes });
  };
  for (const root of roots) load(root);
  return [...loaded.values()];
}

/** By module name, which uses `_` where the file name may have `-`. */
function moduleFiles(folder: string): Map<string, string> {
  const names = readdirSync(`${folder}/kernel`, { recursive: true }).map(String);
  const files = new Map<string, string>();
  for (const path of names) {
    const name = /([^/]+)\.ko(\.(xz|gz|zst))?$/.exec(path)?.[1];
    if (name !== undefined) files.set(name.replaceAll("-", "_"), `${folder}/kernel/${path}`);
  }
  return files;
}

const signatureMark = Buffer.from("~Module signature appended~\n");

/** Bytes of `struct module_signature` (include/linux/module_signature.h) before the mark. */
const signatureInfoBytes = 12;

/** Cuts what scripts/sign-file of the kernel appended: signature, its description, the mark. */
export function withoutSignature(module: Buffer): Buffer {
  const markAt = module.length - signatureMark.length;
  if (markAt < signatureInfoBytes || !module.subarray(markAt).equals(signatureMark)) return module;
  const signatureBytes = module.readUInt32BE(markAt - 4);
  return module.subarray(0, Math.max(0, markAt - signatureInfoBytes - signatureBytes));
}

/** The `depends=a,b` entry of the module's `.modinfo` section: zero-separated `key=value` texts. */
export function dependenciesOf(module: Buffer): string[] {
  const key = Buffer.from("\0depends=");
  const at = module.indexOf(key);
  if (at < 0) return [];
  const start = at + key.length;
  const value = module.subarray(start, module.indexOf(0, start)).toString();
  return value.split(",").filter((name) => name !== "");
}
