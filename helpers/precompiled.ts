import { OfferTemplateError } from "../src/internal.js";
import type { MessageScope } from "./message-scope.js";
import type { Rendering } from "./rendering.js";
import { type Container, type Data, mapPrograms, programsOf, type Run, type Spec } from "./template-spec.js";
import { CURRENT_OFFER, RENDERING } from "./template-tree.js";
import { isOfferField, noMessage, OfferView, refuseOwnOffer, unknownField } from "./view.js";

const MARK = "readsOffers";

/** The precompiled text of a template that can show offers, marked as such. */
export function marked(text: unknown): unknown {
  const mark = (code: string) => code.replace(/\}\s*$/, `,"${MARK}":true}`);
  if (typeof text === "string") return mark(text);
  const { code, ...rest } = text as { code: string };
  return { ...rest, code: mark(code) };
}

/**
 * A template that was precompiled by an instance without offers. Its paths are code by now, so the look-ups of its programs are
 * replaced: `offer` in the context of a program is the message's.
 *
 * Such code has no positions, and `offer` and `this.offer` look alike in it. So its errors name no line, and reading an `offer` of a context's
 * own in a message throws.
 */
export function withLookups(spec: Spec, scope: MessageScope): Spec {
  if (typeof spec !== "object" || spec === null || spec[MARK] === true) return spec;
  if (!programsOf(spec).some(namesOffer)) return spec;
  let lookups: Lookups | undefined;
  return mapPrograms(spec, (run) => (container, context, helpers, partials, data, blockParams, depths) => {
    lookups ??= new Lookups(container, scope);
    const known = context ?? new Nothing();
    return lookups.within({ context: known, data, depths }, (replaced) =>
      run(replaced, known, helpers, partials, data, blockParams, depths),
    );
  });
}

/** The program being rendered. */
type Frame = { context: unknown; data: Data; depths: unknown[] | undefined };

/** Replaces a context that is null, in which Handlebars would look nothing up. */
class Nothing {
  toString(): string {
    return "";
  }
}

/** An offer without a code: it has its fields, and Handlebars treats it as empty. */
class AbsentOffer extends Array<never> {}

/** The look-ups of one template. */
class Lookups {
  readonly #own: Container;
  readonly #replaced: Container;
  readonly #scope: MessageScope;
  #frame: Frame | undefined;

  constructor(own: Container, scope: MessageScope) {
    this.#own = own;
    this.#scope = scope;
    this.#replaced = Object.assign(Object.create(own), {
      lookupProperty: (parent: unknown, name: string) => this.#lookUp(parent, name),
      lookup: (depths: unknown[], name: string) => this.#lookUpDepths(depths, name),
      strict: (parent: unknown, name: string, loc: unknown) =>
        (this.#isOffer(parent, name) ? this.#offer(parent) : undefined) ?? own.strict(parent, name, loc),
    });
  }

  within(frame: Frame, run: (container: Container) => string): string {
    const outer = this.#frame;
    this.#frame = frame;
    try {
      return run(this.#replaced);
    } finally {
      this.#frame = outer;
    }
  }

  get #rendering(): Rendering | undefined {
    return (this.#frame?.data?.[RENDERING] as Rendering | undefined) ?? this.#scope.rendering;
  }

  #lookUp(parent: unknown, name: string): unknown {
    if (this.#isOffer(parent, name)) return this.#offer(parent);
    const isView = parent instanceof OfferView || parent instanceof AbsentOffer;
    if (isView && !isOfferField(name)) throw refused(this.#rendering, new OfferTemplateError(unknownField(name)));
    return this.#own.lookupProperty(parent, name);
  }

  /** A look-up with `compat`: the nearest context that has the name. */
  #lookUpDepths(depths: unknown[], name: string): unknown {
    const own = this.#own.lookup(depths, name);
    const isMeant = name === "offer" && (own == null || this.#rendering !== undefined);
    return isMeant ? this.#offer(this.#frame?.context) : own;
  }

  #isOffer(parent: unknown, name: string): boolean {
    if (name !== "offer" || this.#frame === undefined) return false;
    const { context, data, depths } = this.#frame;
    return parent === context || parent === data?.root || (depths?.includes(parent) ?? false);
  }

  #offer(context: unknown): unknown {
    const rendering = this.#rendering;
    if (rendering !== undefined) return this.#messageOffer(rendering, context);
    const own = this.#own.lookupProperty(context, "offer");
    if (own != null || Object.hasOwn(Object(context), "offer")) return own;
    throw new OfferTemplateError(noMessage("offer"));
  }

  #messageOffer(rendering: Rendering, context: unknown): unknown {
    try {
      refuseOwnOffer(context);
    } catch (error) {
      throw refused(rendering, error);
    }
    const current = this.#frame?.data?.[CURRENT_OFFER] ?? rendering.current;
    const view = current instanceof OfferView ? current : rendering.read(undefined);
    return view.code === null ? Object.assign(new AbsentOffer(), view) : view;
  }
}

function refused(rendering: Rendering | undefined, error: unknown): unknown {
  return rendering === undefined ? error : rendering.fail(error);
}

function namesOffer(run: Run): boolean {
  return /["'`]offer["'`]/.test(String(run));
}
