import { categoryLook, families } from "./category-look.ts";
import { isTimePart, type TimePart } from "./time-parts.ts";

export type Theme = "light" | "dark";

/** What is no exit has no hue: the guest's own time is what everything else is compared with. */
const greys: Readonly<Record<TimePart, Readonly<Record<Theme, string>>>> = {
  guest: { light: "oklch(0.88 0.02 250)", dark: "oklch(0.42 0.03 250)" },
  driver: { light: "oklch(0.72 0.02 250)", dark: "oklch(0.56 0.02 250)" },
  waiting: { light: "oklch(0.56 0.02 250)", dark: "oklch(0.68 0.02 250)" },
  paused: { light: "oklch(0.4 0.02 250)", dark: "oklch(0.8 0.02 250)" },
  idle: { light: "oklch(0.96 0.005 250)", dark: "oklch(0.28 0.01 250)" },
};
const lightness: Readonly<Record<Theme, readonly [from: number, to: number]>> = {
  light: [0.45, 0.75],
  dark: [0.55, 0.85],
};

/** The CSS colour of a category of exits, or of a part of the time that is none. */
export function colourOf(name: string, theme: Theme): string {
  if (isTimePart(name)) return greys[name][theme];
  const { family, shade } = categoryLook(name);
  const { hue, chroma } = families[family];
  const [from, to] = lightness[theme];
  return `oklch(${(from + (to - from) * shade).toFixed(3)} ${chroma} ${hue})`;
}
