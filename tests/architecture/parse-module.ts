import { posix } from "node:path";
import { type ParamPattern, parseSync, Visitor } from "oxc-parser";
import { type Binding, boundNames } from "./bound-names.ts";
import type { Import, SourceModule } from "./source-module.ts";

/**
 * Globals that the monitor must do without. The type checker knows no other host names there
 * (`types: []`); here stand those that it would let pass, and the worst of the rest.
 */
const hostGlobals: ReadonlySet<string> = new Set([
  ..."Deno process Buffer globalThis fetch crypto performance WebAssembly setTimeout".split(" "),
  ..."Date Intl eval Function FinalizationRegistry WeakRef".split(" "),
]);

/** Members of otherwise harmless globals. */
const hostMembers: ReadonlySet<string> = new Set(["Math.random", "Atomics.wait", "import.meta"]);

/** Globals that may be used by member only, so that no forbidden member is taken out unseen. */
const memberOnly: ReadonlySet<string> = new Set(["Math", "Atomics"]);

/**
 * Reads one TypeScript file. A name that the file itself declares anywhere is its own, not the
 * host's: a processor has a `fetch` too.
 *
 * @throws Error when the file does not parse
 */
export function parseModule(path: string, source: string): SourceModule {
  const { program, errors } = parseSync(path, source);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const imports: Import[] = [];
  const hostNames = new Set<string>();

  const addImport = (specifier: string) => {
    const isOurs = specifier.startsWith(".");
    const target = isOurs ? posix.join(posix.dirname(path), specifier) : specifier;
    imports.push({ target, isOurs });
  };
  // Nodes are noted here before their identifiers are visited: a property's name is no mention of a
  // global, and `Math` in `Math.floor` is not `Math` as a value.
  const propertyNames = new Set<unknown>();
  const memberObjects = new Set<unknown>();
  const ownNames = new Set<string>();
  const declare = (patterns: readonly Binding[]) => {
    for (const name of patterns.flatMap(boundNames)) ownNames.add(name);
  };
  const declareFunction = ({ params }: { readonly params: readonly ParamPattern[] }) =>
    declare(params.map((one) => (one.type === "TSParameterProperty" ? one.parameter : one)));

  new Visitor({
    ImportDeclaration: (node) => addImport(node.source.value),
    ExportAllDeclaration: (node) => addImport(node.source.value),
    ExportNamedDeclaration(node) {
      if (node.source !== null) addImport(node.source.value);
    },
    TSImportType: (node) => addImport(node.source.value),
    ImportExpression({ source }) {
      const isPlain = source.type === "Literal" && typeof source.value === "string";
      if (isPlain) addImport(String(source.value));
      else hostNames.add("import() of a computed name");
    },
    VariableDeclarator: (node) => declare([node.id]),
    FunctionDeclaration: declareFunction,
    FunctionExpression: declareFunction,
    ArrowFunctionExpression: declareFunction,
    MemberExpression(node) {
      if (node.computed) return;
      propertyNames.add(node.property);
      memberObjects.add(node.object);
      const object = node.object.type === "Identifier" ? node.object.name : "";
      const member = node.property.type === "Identifier" ? node.property.name : "";
      if (hostMembers.has(`${object}.${member}`)) hostNames.add(`${object}.${member}`);
    },
    MetaProperty(node) {
      const name = `${node.meta.name}.${node.property.name}`;
      if (hostMembers.has(name)) hostNames.add(name);
    },
    Property: (node) => void (node.computed || node.shorthand || propertyNames.add(node.key)),
    PropertyDefinition: (node) => void (node.computed || propertyNames.add(node.key)),
    MethodDefinition: (node) => void (node.computed || propertyNames.add(node.key)),
    TSPropertySignature: (node) => void (node.computed || propertyNames.add(node.key)),
    TSMethodSignature: (node) => void (node.computed || propertyNames.add(node.key)),
    Identifier(node) {
      if (propertyNames.has(node)) return;
      const isLoose = memberOnly.has(node.name) && !memberObjects.has(node);
      if (isLoose || hostGlobals.has(node.name)) hostNames.add(node.name);
    },
  }).visit(program);

  return { path, imports, hostNames: [...hostNames].filter((name) => !ownNames.has(name)) };
}
