import type { Context, Drop } from "liquidjs";
import { OfferTemplateError, type Resolution, stopsMessage } from "../src/internal.js";
import type { DropClass } from "./engine-classes.js";
import { isPromise, type Rendering } from "./rendering.js";
import { FIELD_MISSING, fieldOf, isOfferField, OfferView, unknownField } from "./view.js";

export const CANNOT_WAIT =
  "an offer has to be waited for, which the sync methods of LiquidJS cannot: use render, parseAndRender or renderFile";

/** What the id of an offer is where the message's own is meant. */
type OfferId = string | undefined;

export type OfferDropClass = new (rendering: Rendering, offerId: OfferId) => Drop;

/**
 * Makes the class of `offer` in Liquid templates.
 *
 * The engine reads each field of a drop by its name, so an unknown field can be rejected. While its offer is unresolved, the drop is
 * a promise as well, so LiquidJS waits wherever it evaluates `offer`, and nowhere else. Once the offer is resolved, the drop is no
 * longer a promise, and reading it does not wait. Where the
 * engine evaluates synchronously, an unresolved offer is read as in an engine that cannot wait at all.
 */
export function offerDropClass(Drop: DropClass): OfferDropClass {
  return class OfferDrop extends Drop {
    readonly #rendering: Rendering;
    readonly #offerId: OfferId;

    constructor(rendering: Rendering, offerId: OfferId) {
      super();
      this.#rendering = rendering;
      this.#offerId = offerId;
    }

    // biome-ignore lint/suspicious/noThenProperty: being a promise while it is unresolved is what makes the engine wait.
    get then(): ((resolve: (drop: Drop) => void, reject: (error: unknown) => void) => void) | undefined {
      const answer = this.#rendering.answer(this.#offerId);
      if (!isPromise(answer) && !stopsMessage(answer)) return undefined;
      return (resolve, reject) => {
        Promise.resolve(answer)
          .then((resolution) => this.#rendering.shown(resolution))
          .then(() => resolve(this), reject);
      };
    }

    override liquidMethodMissing(field: string | number, context: Context): unknown {
      if (!isOfferField(field)) throw new OfferTemplateError(unknownField(field));
      if (context.sync) refuseWaiting(this.#rendering);
      return fieldOf(this.#shown(), field);
    }

    /** `{% if offer %}`: whether there is a code. */
    override valueOf(): unknown {
      return this.#shown().code === null ? null : this;
    }

    /** `{{ offer }}` */
    override toString(): string {
      throw new OfferTemplateError(FIELD_MISSING);
    }

    /** `{{ offer | json }}` */
    toJSON(): unknown {
      return new OfferView(this.#shown());
    }

    #shown(): Resolution {
      return this.#rendering.shown(resolvedNow(this.#rendering, this.#offerId));
    }
  };
}

/** The class of what `offer` is where no message is known: reading it in any way is refused. */
export function unknownMessageClass(Drop: DropClass): new () => Drop {
  return class UnknownMessage extends Drop {
    override liquidMethodMissing(field: string | number): never {
      throw noMessage(`offer.${field}`);
    }

    override valueOf(): never {
      throw noMessage("offer");
    }

    override toString(): never {
      throw noMessage("offer");
    }

    toJSON(): never {
      throw noMessage("offer");
    }
  };
}

export function noMessage(what: string): OfferTemplateError {
  return new OfferTemplateError(
    `${what} needs the message: render within sms.run(message, ...), or with { globals: sms.globals(message) }`,
  );
}

/** The code of an offer for a filter: at once where it is known, otherwise a promise, for which the engine waits where it can. */
export function codeOf(rendering: Rendering, offerId: string, context: Context): unknown {
  if (context.sync) return rendering.shown(resolvedNow(rendering, offerId)).code;
  const answer = rendering.answer(offerId);
  if (!isPromise(answer)) return rendering.shown(answer).code;
  const code = answer.then((resolution) => rendering.shown(resolution).code);
  // A tag that evaluates synchronously would print the promise.
  const printed = () => rendering.shown(resolvedNow(rendering, offerId)).code;
  return Object.defineProperty(code, "toString", { value: printed });
}

/** The answer for an offer where the engine does not wait. */
export function resolvedNow(rendering: Rendering, offerId: OfferId): Resolution {
  if (rendering.restarts) return rendering.resolved(offerId);
  const answer = rendering.answer(offerId);
  if (isPromise(answer)) throw new Error(CANNOT_WAIT);
  return answer;
}

export function refuseWaiting(rendering: Rendering): void {
  if (!rendering.restarts) throw new Error(CANNOT_WAIT);
}
