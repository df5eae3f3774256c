import type { ReactNode } from "react";

/** A wide table, which scrolls by itself where the page is narrow; by the keyboard, too. */
export function ScrollBox({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls what has the focus
    <section className="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
