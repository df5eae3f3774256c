import { colourOf } from "../model/colour-of.ts";
import { useTheme } from "./use-theme.ts";

/** The colour that a category of exits, or a part of the time, has in the charts. */
export function Swatch({ name }: { readonly name: string }) {
  return (
    <span
      className="swatch"
      aria-hidden="true"
      style={{ background: colourOf(name, useTheme()) }}
    />
  );
}
