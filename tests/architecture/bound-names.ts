import type { BindingPattern, BindingRestElement, FormalParameterRest } from "oxc-parser";

/** A parameter, or the left side of a declaration. */
export type Binding = BindingPattern | BindingRestElement | FormalParameterRest;

/** The names that a parameter or the left side of a declaration binds. */
export function boundNames(pattern: Binding): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
  }
}
