/**
 * Thrown where a page is needed whose content is not here yet. Whoever lets the guest run catches
 * it, undoes what the instruction under way has begun, and says so to whoever can supply the page.
 */
export class AbsentPage extends Error {
  readonly page: number;

  constructor(page: number) {
    super(`page ${page} is not here yet`);
    this.page = page;
  }
}
