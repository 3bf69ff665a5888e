import {
  lookup,
  type Message,
  OfferTemplateError,
  offerUnavailable,
  type Resolution,
  type Resolver,
  stopsMessage,
} from "../src/internal.js";
import { OfferView } from "./view.js";

/** Thrown when an offer is not resolved yet. Made once, as it carries nothing. */
const SUSPENDED = new Error("Rendering waits for an offer and will start again");

/** No message reads so many offers; a helper that names another one at every start would. */
const MOST_STARTS = 100;

/** The id of an offer; none means the message's own. */
type OfferId = string | undefined;

/** An offer that rendering met unresolved. */
class PendingOffer {
  constructor(readonly answer: Promise<Resolution>) {}
}

/**
 * The suspended render, and the offers of one render.
 *
 * Most template engines render in one go and cannot wait, while a code may have to be claimed first. So rendering reads offers from a
 * `Rendering`. A resolved offer is there at once. Reading the first that is not resolved throws: the text so far is dropped, the offer is
 * resolved, and rendering starts again from the top and gets further. An offer is resolved only when rendering reaches it, so a
 * branch not taken costs no code; and as a message keeps its code, starting again never takes another.
 *
 * What makes this safe:
 *
 * - What was thrown does not count. The caller's code may swallow the signal, or wrap it; so after each start the rendering itself is
 *   checked for an unresolved offer, and for an error that stops the message.
 * - Each start resolves one offer more, so the number of starts is the number of offers, plus one; code that names a different offer at
 *   each start is stopped.
 * - After the first unresolved offer a start resolves no other: that one may stop the message.
 */
export class Rendering {
  /** Called when a start is cut short, before its error is thrown. */
  onInterrupt: (() => void) | undefined;
  #own: Resolution | undefined;
  #ownView: OfferView | undefined;
  #others: Map<string, Resolution> | undefined;
  #ownAnswer: Promise<Resolution> | undefined;
  #otherAnswers: Map<string, Promise<Resolution>> | undefined;
  #block: OfferView | undefined;
  #pending: PendingOffer | undefined;
  #failure: { error: unknown } | undefined;
  #over = false;

  /** `restarts`: whether rendering starts again after it met an unresolved offer, so that reading one may throw. */
  constructor(
    readonly resolver: Resolver,
    readonly message: Message,
    readonly restarts = true,
  ) {}

  /** The message's own offer as data: once it is resolved its view, before that an object that resolves it when a field is read. */
  get offer(): OfferView {
    return this.#ownView ?? unreadOffer(this);
  }

  /** What `offer` means in the innermost block being rendered. */
  get current(): OfferView {
    return this.#block ?? this.offer;
  }

  /** The answer for an offer, looked up at most once: at once where it is known. */
  answer(offerId: OfferId): Resolution | Promise<Resolution> {
    const known = this.known(offerId) ?? (offerId === undefined ? this.#ownAnswer : this.#otherAnswers?.get(offerId));
    if (known !== undefined) return known;
    const answer = this.#lookup(offerId);
    if (!isPromise(answer)) return this.#accept(offerId, answer);
    const accepted = answer.then(
      (resolution) => this.#accept(offerId, resolution),
      (error) => {
        throw this.fail(error);
      },
    );
    if (offerId === undefined) this.#ownAnswer = accepted;
    else {
      this.#otherAnswers ??= new Map();
      this.#otherAnswers.set(offerId, accepted);
    }
    return accepted;
  }

  /** The answer for an offer where this render has it already. */
  known(offerId: OfferId): Resolution | undefined {
    return offerId === undefined ? this.#own : this.#others?.get(offerId);
  }

  /** The answer as it may be shown outside a block: throws where it stops the message. */
  shown(resolution: Resolution): Resolution {
    if (!stopsMessage(resolution)) return resolution;
    throw this.fail(offerUnavailable(resolution, this.message.subscriberId));
  }

  /** An offer shown outside a block. Throws where it is not resolved yet, and where it stops the message. */
  read(offerId: OfferId): OfferView {
    if (offerId === undefined && this.#ownView !== undefined) return this.#ownView;
    return this.#view(offerId, this.shown(this.resolved(offerId)));
  }

  /** The offer of a block, `null` where it has no code. Throws where it is not resolved yet. */
  readIfAvailable(offerId: OfferId): OfferView | null {
    const resolution = this.resolved(offerId);
    return resolution.code === null ? null : this.#view(offerId, resolution);
  }

  /** The answer for an offer. Throws where it is not resolved yet. */
  resolved(offerId: OfferId): Resolution {
    const known = this.known(offerId);
    if (known !== undefined) return known;
    if (this.#over) throw this.fail(new OfferTemplateError(READ_TOO_LATE));
    if (this.#pending === undefined) {
      const answer = this.answer(offerId);
      if (!isPromise(answer)) return answer;
      this.#pending = new PendingOffer(answer);
    }
    this.onInterrupt?.();
    throw SUSPENDED;
  }

  /** Renders the inside of a block: `offer` is this one there. */
  within<T>(view: OfferView, draw: () => T): T {
    const outer = this.#block;
    this.#block = view;
    try {
      return draw();
    } finally {
      this.#block = outer;
    }
  }

  /** Remembers an error that stops the message, even if the caller's code swallows it. */
  fail(error: unknown): unknown {
    this.#failure ??= { error };
    this.onInterrupt?.();
    return error;
  }

  /** Renders once. The outcome is what `draw` returned, or the offer to wait for. Throws what stops the message, or what `draw` threw. */
  start<T>(draw: () => T | Promise<T>): T | PendingOffer | Promise<T | PendingOffer> {
    this.#pending = undefined;
    let result: T | Promise<T>;
    try {
      result = draw();
    } catch (error) {
      return this.#interrupted(error);
    }
    if (!isPromise(result)) return this.#ended() ?? result;
    return result.then(
      (value) => this.#ended() ?? value,
      (error) => this.#interrupted(error),
    );
  }

  /** No start follows: an offer that is read from now on, and is not resolved yet, throws. */
  end(): void {
    this.#over = true;
  }

  #interrupted(error: unknown): PendingOffer {
    const pending = this.#ended();
    if (pending === undefined) throw error;
    return pending;
  }

  #ended(): PendingOffer | undefined {
    if (this.#failure === undefined) return this.#pending;
    this.#pending?.answer.catch(() => undefined);
    throw this.#failure.error;
  }

  #lookup(offerId: OfferId): Resolution | Promise<Resolution> {
    try {
      return lookup(this.resolver, this.message, offerId);
    } catch (error) {
      throw this.fail(error);
    }
  }

  #accept(offerId: OfferId, resolution: Resolution): Resolution {
    if (offerId !== undefined) {
      this.#others ??= new Map();
      this.#others.set(offerId, resolution);
    } else {
      this.#own = resolution;
      if (!stopsMessage(resolution)) this.#ownView = new OfferView(resolution);
    }
    return resolution;
  }

  #view(offerId: OfferId, resolution: Resolution): OfferView {
    return (offerId === undefined ? this.#ownView : undefined) ?? new OfferView(resolution);
  }
}

const READ_TOO_LATE = "an offer is read after its message was rendered: await everything that the function starts";

/**
 * Renders a message, waiting for offers as often as it has to. `certain` offers are resolved before the first start.
 * A result that needs no waiting comes back at once, as a promise for it takes longer to settle.
 */
export function render<T>(
  rendering: Rendering,
  certain: readonly OfferId[],
  draw: () => T | Promise<T>,
): T | Promise<T> {
  for (const offerId of certain) {
    const answer = rendering.answer(offerId);
    // One offer after the other: where one stops the message, none of the later ones is claimed.
    if (isPromise(answer)) return answer.then((resolution) => shownThenRendered(rendering, resolution, certain, draw));
    rendering.shown(answer);
  }
  const outcome = rendering.start(draw);
  if (outcome instanceof PendingOffer) return startAgain(rendering, outcome, draw);
  if (!isPromise(outcome)) return outcome;
  return outcome.then((settled) => (settled instanceof PendingOffer ? startAgain(rendering, settled, draw) : settled));
}

function shownThenRendered<T>(
  rendering: Rendering,
  resolution: Resolution,
  certain: readonly OfferId[],
  draw: () => T | Promise<T>,
): T | Promise<T> {
  rendering.shown(resolution);
  return render(rendering, certain, draw);
}

async function startAgain<T>(rendering: Rendering, first: PendingOffer, draw: () => T | Promise<T>): Promise<T> {
  let pending = first;
  for (let starts = 1; starts < MOST_STARTS; starts++) {
    await pending.answer;
    const outcome = await rendering.start(draw);
    if (!(outcome instanceof PendingOffer)) return outcome;
    pending = outcome;
  }
  throw new OfferTemplateError(`Rendering read ${MOST_STARTS} different offers: does a helper name another each time?`);
}

/** The message's own offer while it is not resolved. Its fields look like its own, as both engines read no others. */
function unreadOffer(rendering: Rendering): OfferView {
  return new Proxy(rendering, UNREAD) as unknown as OfferView;
}

const UNREAD: ProxyHandler<Rendering> = {
  get: (rendering, field) => Reflect.get(rendering.read(undefined), field),
  has: (rendering, field) => field in rendering.read(undefined),
  getOwnPropertyDescriptor: (rendering, field) => Reflect.getOwnPropertyDescriptor(rendering.read(undefined), field),
};

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
