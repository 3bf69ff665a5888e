import type { Milliseconds } from "offer-code";
import { type Random, randomFor } from "./random.js";
import type { World } from "./world.js";

/** What becomes of one request. `again`: it comes once more, that much later; `answersLast`: only the last reply is heard. */
type Fate = {
  readonly stall: Milliseconds;
  readonly request: Milliseconds;
  readonly reply: Milliseconds;
  readonly lost: "request" | "reply" | null;
  readonly again: Milliseconds | null;
  readonly answersLast: boolean;
};

/** Until then the offers are set up, and nothing goes wrong. */
export const BEGINNING: Milliseconds = 500;

const CALM: Fate = { stall: 0, request: 2, reply: 2, lost: null, again: null, answersLast: false };

/** Carries requests and replies, late, in another order, twice or not at all. */
export class Network {
  readonly #sent = new Map<string, number>();
  readonly #again = new Map<string, { readonly until: Milliseconds; readonly later: Milliseconds }>();

  /** `weather`: how many of a hundred requests meet a fault. */
  constructor(
    readonly world: World,
    readonly seed: number,
    readonly weather: number,
  ) {}

  /**
   * Runs `act` when the request arrives and settles with what it gave when the reply is back; never, when one of them is lost.
   * `again`: when a request that comes twice comes for the second time: later, or right behind the first.
   */
  call<Reply>(
    from: string,
    what: string,
    act: () => Reply | Promise<Reply>,
    { again: when = "later" }: { again?: "later" | "at once" } = {},
  ): Promise<Reply> {
    const fate = this.#fateOf(from, what);
    return new Promise((resolve, reject) => {
      const reply = (settle: () => void) => {
        if (fate.lost !== "reply") this.world.after(fate.reply, from, settle);
      };
      const arrive = async (isHeard: boolean) => {
        try {
          const value = await act();
          if (isHeard) reply(() => resolve(value));
        } catch (error) {
          if (isHeard) reply(() => reject(error));
        }
      };
      const depart = () => {
        if (fate.lost === "request") return;
        const { again, answersLast } = fate;
        this.world.after(fate.request, null, () => arrive(again === null || !answersLast));
        if (again === null) return;
        this.world.after(fate.request + (when === "later" ? again : 0), null, () => arrive(answersLast));
      };
      if (fate.stall > 0) this.world.stall(from, fate.stall);
      if (this.world.isStalled(from)) this.world.after(0, from, depart);
      else depart();
    });
  }

  /** What the process sends during `length` comes once more, `later`. */
  sendAgain(process: string, length: Milliseconds, later: Milliseconds): void {
    this.#again.set(process, { until: this.world.now + length, later });
  }

  #fateOf(from: string, what: string): Fate {
    const again = this.#again.get(from);
    const fate = this.#drawnFate(from, what);
    return again !== undefined && this.world.now <= again.until
      ? { ...fate, again: again.later, answersLast: false }
      : fate;
  }

  #drawnFate(from: string, what: string): Fate {
    // By the time, so that the fate stays the same when what has nothing to do with it is left out of the schedule.
    const name = `${placeOf(from)} ${what} ${this.world.now}`;
    const number = (this.#sent.get(name) ?? 0) + 1;
    this.#sent.set(name, number);
    if (this.weather === 0 || this.world.now < BEGINNING) return CALM;
    const random = randomFor(this.seed, `${name} ${number}`);
    const calm = { ...CALM, request: random.between(0, 8), reply: random.between(0, 8) };
    return random.chance(this.weather / 100) ? { ...calm, ...fault(random) } : calm;
  }
}

/** "p1" for the process "p1.7", which is the seventh that was started. */
export function placeOf(process: string): string {
  return process.slice(0, process.indexOf("."));
}

function fault(random: Random): Partial<Fate> {
  switch (random.between(0, 7)) {
    case 0:
      return { lost: "request" };
    case 1:
      return { lost: "reply" };
    case 2:
      return { request: random.between(2_000, 12_000) };
    case 3:
      return { again: random.between(0, 3_000), answersLast: random.chance(0.5) };
    case 4:
      return { again: random.between(0, 60), answersLast: random.chance(0.5) };
    case 5:
      return { reply: random.between(20, 1_500) };
    case 6:
      return random.chance(0.2) ? { stall: random.between(500, 12_000) } : { reply: random.between(8, 200) };
    default:
      return { request: random.between(20, 1_900) };
  }
}
