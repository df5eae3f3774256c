import { fileURLToPath } from "node:url";

/** The top folder, with `/` at its end. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));
