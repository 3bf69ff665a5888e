import type Handlebars from "handlebars";
import { sourceOf } from "./engine-templates.js";

type Engine = typeof Handlebars;
type Partial = Handlebars.Template;
type Compile = (source: string, options: CompileOptions | undefined) => Handlebars.TemplateDelegate;

/** Handed-in sources are remembered up to this many; templates made anew for every message would fill the memory. */
const MOST_SOURCES = 1000;

/**
 * The partials of one Handlebars instance, compiled so that they read offers. Handlebars itself would compile a partial that is
 * registered as text without that.
 */
export class Partials {
  readonly #seen = new Map<string, Partial>();
  readonly #compiled = new Map<string, Handlebars.TemplateDelegate>();
  #all: Record<string, Partial> = {};

  constructor(
    readonly engine: Engine,
    readonly options: CompileOptions | undefined,
    readonly compile: Compile,
  ) {}

  /** All partials registered now. The same object as long as none of them changed. */
  registered(): Record<string, Partial> {
    const { partials } = this.engine;
    const names = Object.keys(partials);
    if (names.length !== this.#seen.size || names.some((name) => this.#seen.get(name) !== partials[name])) {
      this.#seen.clear();
      for (const name of names) this.#seen.set(name, partials[name]);
      this.#all = this.#known(partials);
    }
    return this.#all;
  }

  /** The registered partials and those of one render. */
  with(own: Record<string, Partial>): Record<string, Partial> {
    return { ...this.registered(), ...this.#known(own) };
  }

  #known(partials: Record<string, Partial>): Record<string, Partial> {
    return Object.fromEntries(Object.entries(partials).map(([name, partial]) => [name, this.#prepared(partial)]));
  }

  #prepared(partial: Partial): Partial {
    const source = typeof partial === "string" ? { text: partial, options: this.options } : sourceOf(partial);
    if (source === undefined) return partial;
    const key = JSON.stringify(source.options ?? {}) + source.text;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = this.compile(source.text, source.options);
      if (this.#compiled.size >= MOST_SOURCES) this.#compiled.clear();
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }
}
