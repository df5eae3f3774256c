import { spawn } from "node:child_process";

/** How a shell command ended and what it printed. */
export interface Ending {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a shell command; types each text of `talk` when what is before it has been printed. */
export function run(
  shell: string,
  talk: readonly (readonly [seen: string, typed: string | (() => string)])[],
): Promise<Ending> {
  const child = spawn("sh", ["-c", shell], { stdio: ["pipe", "pipe", "pipe"] });
  const rest = [...talk];
  let out = "";
  let err = "";
  let from = 0;
  const converse = () => {
    for (;;) {
      const [next] = rest;
      const place = next === undefined ? -1 : out.indexOf(next[0], from);
      if (next === undefined || place < 0) {
        return;
      }
      from = place + next[0].length;
      const [, typed] = next;
      child.stdin.write(typeof typed === "string" ? typed : typed());
      rest.shift();
    }
  };
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
    converse();
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  child.stdin.on("error", () => {});
  converse();
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out, err })));
}
