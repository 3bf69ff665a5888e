import type { Context, Drop } from "liquidjs";
import type { Resolution } from "../src/internal.js";
import type { DropClass } from "./engine-classes.js";
import type { PendingOffer } from "./pending-offer.js";
import { FIELD_MISSING, fieldOf, isOfferField, OfferView, stopsMessage, unknownField } from "./view.js";

export const CANNOT_WAIT =
  "an offer has to be waited for, which the sync methods of LiquidJS cannot: use render, parseAndRender or renderFile";

export type OfferDropClass = new (offer: PendingOffer) => Drop;

/**
 * Makes the class of `offer` in Liquid templates.
 *
 * The engine reads each field of a drop by its name, so an unknown field can be rejected. While its offer is unresolved, the drop is
 * a promise as well, so LiquidJS waits wherever it evaluates `offer`, and nowhere else. Once the offer is resolved, the drop is no
 * longer a promise, and reading it does not wait.
 */
export function offerDropClass(Drop: DropClass): OfferDropClass {
  return class OfferDrop extends Drop {
    readonly #offer: PendingOffer;

    constructor(offer: PendingOffer) {
      super();
      this.#offer = offer;
    }

    // biome-ignore lint/suspicious/noThenProperty: being a promise while it is unresolved is what makes the engine wait.
    get then(): ((resolve: (drop: Drop) => void, reject: (error: unknown) => void) => void) | undefined {
      const known = this.#offer.known();
      if (known !== undefined && !stopsMessage(known)) return undefined;
      return (resolve, reject) => {
        this.#shown().then(() => resolve(this), reject);
      };
    }

    override liquidMethodMissing(field: string | number, context: Context): unknown {
      if (!isOfferField(field)) throw new Error(unknownField(field));
      if (context.sync) throw new Error(CANNOT_WAIT);
      const known = this.#offer.known();
      if (known !== undefined) return fieldOf(this.#offer.shown(known), field);
      return this.#shown().then((resolution) => fieldOf(resolution, field));
    }

    /** `{% if offer %}`: whether there is a code. */
    override valueOf(): unknown {
      const known = this.#offer.known();
      if (known === undefined) throw new Error(CANNOT_WAIT);
      return known.code === null ? null : this;
    }

    /** `{{ offer }}` */
    override toString(): string {
      throw new Error(FIELD_MISSING);
    }

    /** `{{ offer | json }}` */
    toJSON(): unknown {
      const known = this.#offer.known();
      return known === undefined ? null : new OfferView(known);
    }

    async #shown(): Promise<Resolution> {
      return this.#offer.shown(await this.#offer.ask());
    }
  };
}
