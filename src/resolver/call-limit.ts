/** Runs at most `most` calls at the same time, the others in their turn, so that a call's time limit begins when it is sent. */
export class CallLimit {
  #running = 0;
  readonly #waiting: (() => Promise<void>)[] = [];

  constructor(readonly most: number) {}

  /** `call` settles whatever waits for it itself and never rejects. */
  run(call: () => Promise<void>): void {
    if (this.#running >= this.most) this.#waiting.push(call);
    else void this.#start(call);
  }

  async #start(call: () => Promise<void>): Promise<void> {
    this.#running += 1;
    for (let next: (() => Promise<void>) | undefined = call; next !== undefined; next = this.#waiting.shift()) {
      await next();
    }
    this.#running -= 1;
  }
}
