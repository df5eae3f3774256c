/** A reason why the image cannot be built, with what the person at the keyboard can do about it. */
export class ImageProblem extends Error {
  override readonly name = "ImageProblem";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
