/** What a QMP command is answered with when it cannot be carried out. */
export class QmpError extends Error {
  override readonly name = "QmpError";
  readonly class: "GenericError" | "CommandNotFound";

  constructor(description: string, kind: QmpError["class"] = "GenericError") {
    super(description);
    this.class = kind;
  }
}
