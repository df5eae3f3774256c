import type { ReactNode } from "react";

/** A sentence in the place of what cannot be shown, or not yet. */
export function Notice({
  title,
  children,
  isTrouble = false,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly isTrouble?: boolean;
}) {
  return (
    <div className={isTrouble ? "notice trouble" : "notice"} role={isTrouble ? "alert" : "status"}>
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
