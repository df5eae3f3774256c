import { isPure, layerOf, layers, purePackages } from "./layers.ts";
import type { Import, SourceModule } from "./source-module.ts";

/** One sentence per broken rule, empty when the architecture holds. */
export function findViolations(modules: readonly SourceModule[]): string[] {
  return [
    ...modules.flatMap(layerViolations),
    ...modules.filter((module) => isPure(module.path)).flatMap(purityViolations),
    ...findCycles(modules).map((cycle) => `modules import each other: ${cycle.join(" → ")}`),
  ];
}

function layerViolations({ path, imports }: SourceModule): string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path} belongs to no layer of tests/architecture/layers.ts`];
  return imports
    .filter(({ isOurs, target }) => isOurs && !mayImport(layer, target))
    .map(({ target }) => `${path} must not import ${target}`);
}

function mayImport(layer: string, target: string): boolean {
  const other = layerOf(target);
  return other !== undefined && (other === layer || layers.get(layer)?.has(other) === true);
}

function purityViolations({ path, imports, hostNames }: SourceModule): string[] {
  const isForeign = ({ isOurs, target }: Import) =>
    !isOurs && !purePackages.some((name) => target === name || target.startsWith(`${name}/`));
  return [
    ...imports.filter(isForeign).map(({ target }) => `${path} must be pure, but imports ${target}`),
    ...hostNames.map((name) => `${path} must be pure, but uses ${name}`),
  ];
}

/**
 * Circles of imports, each once, as the paths on it with the first one repeated at the end. Types
 * count: two files that need each other's types are one thing in two places.
 */
function findCycles(modules: readonly SourceModule[]): string[][] {
  const importsOf = new Map(
    modules.map(({ path, imports }) => [
      path,
      imports.filter((one) => one.isOurs).map((one) => one.target),
    ]),
  );
  const finished = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path]);
    if (start >= 0 || finished.has(path)) return;
    for (const target of importsOf.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of importsOf.keys()) visit(path, []);
  return cycles;
}
