import { useSyncExternalStore } from "react";
import type { Theme } from "../model/colour-of.ts";
import { keptText } from "./kept-text.ts";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const key = "theme";
const listeners = new Set<() => void>();

/** What somebody has chosen on this page or an earlier one; `auto` follows the system. */
export type ThemeChoice = Theme | "auto";

export function chosenTheme(): ThemeChoice {
  const stored = keptText.read(key);
  return stored === "light" || stored === "dark" ? stored : "auto";
}

export function chooseTheme(choice: ThemeChoice): void {
  keptText.write(key, choice === "auto" ? undefined : choice);
  showTheme();
  for (const listener of listeners) listener();
}

/** Tells the style sheet; called once when the page begins. */
export function showTheme(): void {
  document.documentElement.dataset.theme = chosenTheme();
}

/** The theme that is to be seen, for what is not coloured by the style sheet. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => {
    const choice = chosenTheme();
    return choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  dark.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    dark.removeEventListener("change", listener);
  };
}
