import type Handlebars from "handlebars";

type Engine = typeof Handlebars;
type Table = Record<string, unknown>;

/** The helpers and decorators of an instance at one time. */
export type HelperState = {
  /** Whether a helper has this name. */
  has(name: string): boolean;
  /** Whether what Handlebars calls for `{{name}}`, `{{#if}}` and `{{#unless}}` is its own. */
  isOwn: boolean;
};

/** Watches the helpers and decorators of an instance, as Handlebars offers no event for a change of them. */
export class HelperTable {
  /** The state found by the last `refresh`. */
  latest: HelperState;
  readonly #engine: Engine;
  readonly #own: Table;
  #helpers: Snapshot = [];
  #decorators: Snapshot = [];

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#own = ownHelpers(engine);
    this.latest = this.#read();
  }

  /** The state now: the same object until something is registered, replaced or unregistered. */
  refresh(): HelperState {
    const { helpers, decorators } = this.#engine;
    if (!isUnchanged(this.#helpers, helpers) || !isUnchanged(this.#decorators, decorators)) this.latest = this.#read();
    return this.latest;
  }

  #read(): HelperState {
    const helpers: Table = { ...this.#engine.helpers };
    this.#helpers = Object.entries(helpers);
    this.#decorators = Object.entries(this.#engine.decorators);
    // Each instance has functions of its own, which differ by nothing but the instance.
    const isOwn = ["helperMissing", "if", "unless"].every((name) => String(helpers[name]) === String(this.#own[name]));
    return { has: (name) => helpers[name] !== undefined, isOwn };
  }
}

/** The helpers that Handlebars gives a new instance. */
function ownHelpers(engine: Engine): Table {
  const { HandlebarsEnvironment } = engine as unknown as { HandlebarsEnvironment: new () => { helpers: Table } };
  return new HandlebarsEnvironment().helpers;
}

type Snapshot = [name: string, value: unknown][];

function isUnchanged(entries: Snapshot, table: Table): boolean {
  let index = 0;
  for (const name in table) {
    const entry = entries[index];
    if (entry === undefined || entry[0] !== name || entry[1] !== table[name]) return false;
    index += 1;
  }
  return index === entries.length;
}
