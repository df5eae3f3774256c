import { useEffect, useRef, useState } from "react";
import { z } from "zod";
import { PlainConsole } from "../../../shared/protocol/plain-console.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";

/** A browser that has read so much becomes slow; the end is what people look for. */
const mostCharacters = 200_000;
const consoleSchema = z.object({ text: z.string() });

/** What the guest says, as it says it. Its terminal sequences are left out: they could show anything. */
export function ConsoleTab({ id }: { readonly id: string }) {
  const [text, setText] = useState("");
  const [state, setState] = useState<"waiting" | "open" | "ended">("waiting");
  const end = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const plain = new PlainConsole();
    const source = new EventSource(`/v1/submissions/${id}/console`);
    setText("");
    source.onopen = () => setState("open");
    source.addEventListener("console", ({ data }) => {
      const event = consoleSchema.safeParse(JSON.parse(data));
      if (!event.success) return;
      const more = plain.push(event.data.text);
      setText((before) => (before + more).slice(-mostCharacters));
    });
    source.addEventListener("end", () => {
      setState("ended");
      source.close();
    });
    return () => source.close();
  }, [id]);
  // Follows the output unless somebody has scrolled up to read.
  useEffect(() => {
    const box = end.current;
    if (box && text !== "" && box.scrollHeight - box.scrollTop - box.clientHeight < 200) {
      box.scrollTop = box.scrollHeight;
    }
  }, [text]);
  return (
    <Panel
      title="Console"
      tools={<span className="quiet">{state === "ended" ? "the run has ended" : "live"}</span>}
    >
      {text === "" ? (
        <Notice title={state === "ended" ? "The guest has said nothing" : "Nothing was said yet"} />
      ) : (
        <pre
          ref={end}
          className="terminal"
          role="log"
          aria-label="Console of the guest"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls what has the focus
          tabIndex={0}
        >
          {text}
        </pre>
      )}
    </Panel>
  );
}
