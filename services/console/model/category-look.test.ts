import { expect, test } from "vitest";
import { exitCategories } from "../../../workers/vmm/base/exits.ts";
import { categoryLook, families, knownCategories } from "./category-look.ts";
import { colourOf, type Theme } from "./colour-of.ts";
import { timeParts } from "./time-parts.ts";

test("each category of the taxonomy has a label and a place among its family, and nothing else has", () => {
  expect([...knownCategories].sort()).toEqual([...exitCategories].sort());
  for (const category of exitCategories) {
    expect(categoryLook(category).label).not.toBe(category);
    expect(Object.keys(families)).toContain(categoryLook(category).family);
  }
});

test.each<Theme>(["light", "dark"])("no two things have the same colour on a %s page", (theme) => {
  const names = [...exitCategories, ...timeParts];
  expect(new Set(names.map((name) => colourOf(name, theme))).size).toBe(names.length);
});

test("a category of a newer monitor is shown by its name", () => {
  expect(categoryLook("guest.future")).toMatchObject({ label: "guest.future" });
  expect(colourOf("guest.future", "dark")).toMatch(/^oklch/);
});
