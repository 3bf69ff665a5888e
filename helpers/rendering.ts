import {
  known,
  type Message,
  OfferTemplateError,
  offerUnavailable,
  type Resolution,
  type Resolver,
} from "../src/internal.js";
import { OFFER_FIELDS, OfferView, stopsMessage } from "./view.js";

/** Thrown where an offer is not resolved yet. Made once: it tells nothing but that it was thrown. */
const SUSPENDED = new Error("Rendering waits for an offer and will start again");

/** No message reads so many offers; a helper that names another one at every start would. */
const MOST_STARTS = 100;

/** An offer that rendering met unresolved; no id means the message's own. */
type Wanted = { offerId: string | undefined };

/**
 * The suspended render.
 *
 * Handlebars renders in one go and cannot wait, while an offer may have to be asked for. So rendering reads offers from
 * a `Rendering`. One that is resolved is there at once. At the first that is not, reading it throws: the text so far is dropped, the
 * offer is resolved, and rendering starts again from the top, this time getting further. Nothing is resolved before rendering
 * reaches it, so a branch not taken costs no code; and as a message keeps its code, starting again never takes another.
 *
 * What makes this safe:
 *
 * - What was thrown is not what counts. A helper of the caller may swallow the signal, or wrap it; so after each start the
 *   rendering itself is asked whether somebody met an unresolved offer, or one that stops the message.
 * - Each start resolves one offer more, so the number of starts is the number of offers, plus one; a helper that names
 *   different ones at each start is stopped.
 * - A fresh start sees nothing of the one before but what was resolved: the data variables are made anew.
 */
export class Rendering {
  /** The message's own offer, as paths read it. */
  offer: OfferView | UnreadOffer;
  #own: Resolution | undefined;
  #others: Map<string, Resolution> | undefined;
  #wanted: Wanted | undefined;
  #failure: { error: unknown } | undefined;

  constructor(
    readonly resolver: Resolver,
    readonly message: Message,
  ) {
    this.offer = new UnreadOffer(this);
  }

  /** An offer that is shown outside a block. Throws where it is not resolved yet, and where it stops the message. */
  read(offerId: string | undefined): OfferView {
    const resolution = this.#resolved(offerId);
    if (stopsMessage(resolution)) throw this.#stop(resolution);
    return this.#view(offerId, resolution);
  }

  /** The message's own offer was read where no view of it stood: it stops the message, or the next start has one. */
  readTooEarly(): never {
    if (this.#own !== undefined && stopsMessage(this.#own)) throw this.#stop(this.#own);
    throw this.#waitFor(undefined);
  }

  /** An offer that a block asks for, `null` where it has no code. Throws where it is not resolved yet. */
  readIfAvailable(offerId: string | undefined): OfferView | null {
    const resolution = this.#resolved(offerId);
    return resolution.code === null ? null : this.#view(offerId, resolution);
  }

  /** Whether an offer can be read without asking the store. */
  knows(offerId: string | undefined): boolean {
    if (this.#lookUp(offerId) !== undefined) return true;
    const resolution = known(this.resolver, this.message, offerId);
    if (resolution === undefined) return false;
    this.#accept(offerId, resolution);
    return true;
  }

  /** Resolves the offer and goes on with `next`. */
  resolve<Next>(offerId: string | undefined, next: () => Next | Promise<Next>): Promise<Next> {
    return this.resolver.resolve(this.message, offerId).then((resolution) => {
      this.#accept(offerId, resolution);
      return next();
    });
  }

  /** Renders once. Returns the text, or the offer it has to wait for. Throws what stops the message, or the error of the template. */
  start(draw: () => string): string | Wanted {
    this.#wanted = undefined;
    let text = "";
    let thrown: { error: unknown } | undefined;
    try {
      text = draw();
    } catch (error) {
      thrown = { error };
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#wanted !== undefined) return this.#wanted;
    if (thrown !== undefined) throw thrown.error;
    return text;
  }

  #lookUp(offerId: string | undefined): Resolution | undefined {
    return offerId === undefined ? this.#own : this.#others?.get(offerId);
  }

  #resolved(offerId: string | undefined): Resolution {
    if (!this.knows(offerId)) throw this.#waitFor(offerId);
    return this.#lookUp(offerId) as Resolution;
  }

  #accept(offerId: string | undefined, resolution: Resolution): void {
    if (offerId !== undefined) {
      this.#others ??= new Map();
      this.#others.set(offerId, resolution);
    } else {
      this.#own = resolution;
      if (!stopsMessage(resolution)) this.offer = new OfferView(resolution);
    }
  }

  #view(offerId: string | undefined, resolution: Resolution): OfferView {
    if (offerId === undefined && this.offer instanceof OfferView) return this.offer;
    return new OfferView(resolution);
  }

  #waitFor(offerId: string | undefined): Error {
    this.#wanted ??= { offerId };
    return SUSPENDED;
  }

  #stop(resolution: Resolution): Error {
    const error = offerUnavailable(resolution, this.message.subscriberId);
    this.#failure ??= { error };
    return error;
  }
}

/**
 * Renders a message, waiting for offers as often as it has to. `certain` offers are resolved before the first start.
 * A text that needs no waiting comes back at once, as a promise for it takes longer to settle.
 */
export function render(
  rendering: Rendering,
  certain: readonly (string | undefined)[],
  draw: () => string,
): string | Promise<string> {
  for (let place = 0; place < certain.length; place++) {
    if (!rendering.knows(certain[place])) return renderCertain(rendering, certain, place, draw);
  }
  const result = rendering.start(draw);
  return typeof result === "string" ? result : renderFrom(rendering, result, draw);
}

/** One offer after the other: where one stops the message, none of the later ones is claimed. No async function, which would take twice as long. */
function renderCertain(
  rendering: Rendering,
  certain: readonly (string | undefined)[],
  unknown: number,
  draw: () => string,
): Promise<string> {
  for (let place = 0; place < unknown; place++) rendering.read(certain[place]);
  return rendering.resolve(certain[unknown], () => {
    rendering.read(certain[unknown]);
    return render(rendering, certain, draw);
  });
}

async function renderFrom(rendering: Rendering, first: Wanted, draw: () => string): Promise<string> {
  let wanted = first;
  for (let starts = 1; starts < MOST_STARTS; starts++) {
    const result = await rendering.resolve(wanted.offerId, () => rendering.start(draw));
    if (typeof result === "string") return result;
    wanted = result;
  }
  throw new OfferTemplateError(`Rendering read ${MOST_STARTS} different offers: does a helper name another each time?`);
}

/** Stands where an offer cannot be read as it is: reading any field of it throws. */
export class UnreadOffer {
  readonly #rendering: Rendering;

  constructor(rendering: Rendering) {
    this.#rendering = rendering;
  }

  read(): never {
    return this.#rendering.readTooEarly();
  }
}

for (const field of OFFER_FIELDS) {
  Object.defineProperty(UnreadOffer.prototype, field, {
    get(this: UnreadOffer) {
      return this.read();
    },
  });
}
