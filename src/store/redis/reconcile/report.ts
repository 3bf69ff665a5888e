const MOST_FINDINGS = 100;

/**
 * - `code-twice`: a code is in two places. `code-not-indexed`: it cannot be found by its text. `code-lost`: it is neither in the pool nor
 *   given out.
 * - `index-astray`: the index leads to a place where that code is not. An import or a withdrawal broke off; the next import mends it.
 * - `holder-astray`: a code names a subscriber whose entry lacks it. `holding-astray`: a subscriber's entry has a code that names
 *   somebody else.
 * - `message-twice`: one message has claimed two codes.
 * - `places-broken`: codes given out are not consecutive. `counter-wrong`: a counter differs from what counting gives.
 * - `offer-not-listed`: the offer is missing in the list of offers, or a batch in its offer.
 */
export type FaultKind =
  | "code-twice"
  | "code-not-indexed"
  | "code-lost"
  | "index-astray"
  | "holder-astray"
  | "holding-astray"
  | "message-twice"
  | "places-broken"
  | "counter-wrong"
  | "offer-not-listed";

/** One fault: its kind and, for people, where it is. */
export type Finding = { fault: FaultKind; detail: string };

/** What a check of one offer found. `faults` counts all; `findings` are the first hundred. */
export type Reconciliation = {
  offerId: string;
  /** All codes: `inPool` can be given out, `givenOut` have been, the others were redeemed or revoked before anybody received them. */
  codes: number;
  inPool: number;
  givenOut: number;
  redeemed: number;
  /** Subscribers who hold a code. */
  subscribers: number;
  faults: number;
  /** Entries of the index that were mended: see `ReconcileOptions`. */
  repaired: number;
  findings: Finding[];
};

/** Gathers what is counted and found. */
export class Report {
  codes = 0;
  inPool = 0;
  givenOut = 0;
  redeemed = 0;
  subscribers = 0;
  repaired = 0;
  #faults = 0;
  readonly #findings: Finding[] = [];

  find(fault: FaultKind, detail: string): void {
    this.#faults += 1;
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ fault, detail });
  }

  result(offerId: string): Reconciliation {
    const { codes, inPool, givenOut, redeemed, subscribers } = this;
    const found = { faults: this.#faults, repaired: this.repaired, findings: this.#findings };
    return { offerId, codes, inPool, givenOut, redeemed, subscribers, ...found };
  }
}
