/**
 * Templates that one thread of a worker gets from another one: both have the same frames from then on,
 * so a template costs a worker its frames once.
 *
 *   borrower ─ template-wanted ─▶ main ─ lend ─▶ lender        (holds the frames)
 *   borrower ◀── template ─── main ◀──── lent ── lender
 *   borrower ── taken ─────▶ main ─ loan-over ─▶ lender        (lets go of what it held for that)
 *
 * Who takes a frame must know that somebody else holds it meanwhile. So a lender's part of the memory is
 * not taken back, whatever has become of it, before each borrower has said that it has the frames, or
 * has ended.
 */
import type { Milliseconds } from "../../vmm/mod.ts";
import type { LoanNumber, OfferedTemplate, TemplateKey, ThreadCommand } from "./thread-protocol.ts";

/** `none`: the lender does not have it. `in vain`: it did not come to have it, or not soon. */
type LoanOutcome = "taken" | "none" | "in vain";

interface Party {
  post(command: ThreadCommand): void;
}

interface Loan<Thread extends Party> {
  readonly number: LoanNumber;
  readonly key: TemplateKey;
  readonly from: Thread;
  readonly to: Thread;
  /** `asked`: the lender has not answered. `offered`: the borrower may be about to take the frames. */
  state: "asked" | "offered" | "taken";
  readonly outcome: PromiseWithResolvers<LoanOutcome>;
}

export class TemplateLoans<Thread extends Party> {
  readonly #loans = new Map<LoanNumber, Loan<Thread>>();
  readonly #patience: Milliseconds;
  #last: LoanNumber = 0;

  /** @param patience for which a lender is waited for: a boot takes a few seconds */
  constructor(patience: Milliseconds = 10_000) {
    this.#patience = patience;
  }

  /**
   * @param isPatient whether a lender that is about to have it may let the borrower wait for that
   */
  borrow(key: TemplateKey, from: Thread, to: Thread, isPatient: boolean): Promise<LoanOutcome> {
    const outcome = Promise.withResolvers<LoanOutcome>();
    const number = ++this.#last;
    const loan: Loan<Thread> = { number, key, from, to, outcome, state: "asked" };
    this.#loans.set(number, loan);
    from.post({ type: "lend", key, loan: number, isPatient });
    const late = setTimeout(() => {
      if (loan.state === "asked") this.#close(loan, "in vain");
    }, this.#patience);
    outcome.promise.finally(() => clearTimeout(late));
    return outcome.promise;
  }

  /** The lender's answer: nothing where it does not have it whole. */
  lent(
    from: Thread,
    number: LoanNumber,
    template: OfferedTemplate | undefined,
    hasWaited: boolean,
  ): void {
    const loan = this.#loans.get(number);
    if (loan?.state !== "asked") {
      // Nobody waits for it any more.
      from.post({ type: "loan-over", loan: number });
      return;
    }
    if (!template) {
      this.#close(loan, hasWaited ? "in vain" : "none");
      return;
    }
    loan.state = "offered";
    const { key } = loan;
    loan.to.post({
      type: "template",
      key,
      saved: undefined,
      offered: { ...template, loan: number },
    });
  }

  /** The borrower has them. */
  taken(number: LoanNumber): void {
    const loan = this.#loans.get(number);
    if (loan?.state !== "offered") return;
    loan.state = "taken";
    loan.from.post({ type: "loan-over", loan: number });
    loan.outcome.resolve("taken");
  }

  /** The borrower has made its template of them. @returns who has lent it */
  settle(number: LoanNumber): Thread | undefined {
    const loan = this.#loans.get(number);
    this.#loans.delete(number);
    return loan?.from;
  }

  /**
   * A thread is about to end.
   *
   * @returns resolves when nobody is about to take frames that it holds
   */
  async leave(thread: Thread): Promise<void> {
    const own = [...this.#loans.values()].filter(({ from }) => from === thread);
    for (const loan of own) if (loan.state === "asked") this.#close(loan, "none");
    await Promise.all(own.map(({ outcome }) => outcome.promise));
  }

  /** A thread has certainly ended. */
  ended(thread: Thread): void {
    for (const loan of [...this.#loans.values()]) {
      if (loan.to !== thread) continue;
      if (loan.state !== "taken") loan.from.post({ type: "loan-over", loan: loan.number });
      this.#close(loan, "none");
    }
  }

  #close(loan: Loan<Thread>, outcome: LoanOutcome): void {
    this.#loans.delete(loan.number);
    loan.outcome.resolve(outcome);
  }
}
