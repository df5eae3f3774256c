import { type ReactNode, useId } from "react";

/** A part of a page with a heading, and what can be chosen about it on the right. */
export function Panel({
  title,
  tools,
  children,
}: {
  readonly title: string;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}) {
  const heading = useId();
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  );
}
