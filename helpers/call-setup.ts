import type Handlebars from "handlebars";
import type { HelperState, HelperTable } from "./helper-table.js";

type Table = Record<string, unknown>;
type Partials = Record<string, Handlebars.Template>;

/** What Handlebars passes to a partial besides its data. */
type PartialCall = Handlebars.RuntimeOptions & { hooks: unknown; protoAccessControl: unknown };

const CAPTURE = "offer-code capture";

/**
 * The helpers, decorators and partials of a Handlebars instance in the form in which the engine passes them to a partial.
 *
 * Handlebars wraps every registered helper anew for each render of a template, which takes two thirds of the time of a small one.
 * A partial receives them wrapped from the template around it. So this renders one template with one partial, keeps what the partial
 * receives, and calls templates as if they were that partial, until something is registered or unregistered.
 */
export class CallSetup {
  readonly #helpers: HelperTable;
  readonly #compile: (text: string) => Handlebars.TemplateDelegate;
  #template: Handlebars.TemplateDelegate | undefined;
  #call: PartialCall | undefined;
  #partials: Partials | undefined;
  #state: HelperState | undefined;

  constructor(helpers: HelperTable, compile: (text: string) => Handlebars.TemplateDelegate) {
    this.#helpers = helpers;
    this.#compile = compile;
  }

  /** The options with which to call a template that has these partials and data variables. */
  call(partials: Partials, data: Table): Handlebars.RuntimeOptions {
    const call = this.#fits(partials) ? (this.#call as PartialCall) : this.#capture(partials);
    return {
      partial: true,
      helpers: call.helpers,
      partials: call.partials,
      decorators: call.decorators,
      hooks: call.hooks,
      protoAccessControl: call.protoAccessControl,
      data,
    } as Handlebars.RuntimeOptions;
  }

  #fits(partials: Partials): boolean {
    return this.#partials === partials && this.#state === this.#helpers.latest;
  }

  #capture(partials: Partials): PartialCall {
    this.#state = this.#helpers.latest;
    this.#partials = partials;
    const capture = (_: unknown, call: PartialCall) => {
      this.#call = call;
      return "";
    };
    // Not in the constructor: the runtime alone cannot compile, and renders no template that needs this.
    this.#template ??= this.#compile(`{{> [${CAPTURE}]}}`);
    this.#template({}, { partials: { ...partials, [CAPTURE]: capture as Handlebars.Template } });
    return this.#call as PartialCall;
  }
}
