/** A run ended while a checkpoint of it was read: nobody needs it any more, and nothing is wrong. */
export class RunOver extends Error {
  override readonly name = "RunOver";

  constructor() {
    super("the run is over, and its checkpoint is not needed");
  }
}
