import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { type Property, readProperties } from "./property-list.ts";

const globals: readonly Property<Draft>[] = [
  {
    name: "virtio-mmio.force-legacy",
    value: "off",
    set: (_draft, value) => {
      if (parseBoolean(value)) {
        throw new UsageFailure(
          "value-unsupported",
          "the machine has no legacy virtio-mmio",
          "write -global virtio-mmio.force-legacy=false or leave it out",
        );
      }
    },
  },
];

interface LongForm {
  driver: string;
  property: string;
  value: string;
}

const longForm: readonly Property<LongForm>[] = (["driver", "property", "value"] as const).map(
  (name) => ({
    name,
    value: name.toUpperCase(),
    set: (draft, value) => {
      draft[name] = value;
    },
  }),
);

/** `-global DRIVER.PROPERTY=VALUE`, or `-global driver=…,property=…,value=…`. */
export function readGlobal(draft: Draft, text: string): void {
  if (!text.startsWith("driver=")) {
    readProperties("-global", text, globals, draft);
    return;
  }
  const parts: LongForm = { driver: "", property: "", value: "" };
  readProperties("-global", text, longForm, parts);
  // A comma in the value must not start a second property.
  const value = parts.value.replaceAll(",", ",,");
  readProperties("-global", `${parts.driver}.${parts.property}=${value}`, globals, draft);
}
