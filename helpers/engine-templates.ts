import type Handlebars from "handlebars";
import { invalidInput } from "../src/internal.js";
import { withMacros } from "./macro-statements.js";
import { MessageScope } from "./message-scope.js";
import { KNOWN_HELPERS, registerHelpers } from "./offer-helpers.js";
import { marked, withLookups } from "./precompiled.js";
import type { Program } from "./template-node.js";
import type { Spec } from "./template-spec.js";
import { withOffersAnywhere } from "./template-tree.js";

type Engine = typeof Handlebars;
type Template = Handlebars.TemplateDelegate;
type Source = { text: string; options: CompileOptions | undefined };
type Input = string | hbs.AST.Program;

/** What Handlebars itself makes a template of. The types leave it out. */
type Compilers = {
  Compiler: new () => { compile(tree: unknown, options: object): unknown };
  JavaScriptCompiler: new () => {
    compile(environment: unknown, options: object, context: undefined, asObject: true): Spec;
  };
};

/** A prepared instance: the message that it renders, and its own `compile` and `template` from before. */
export type PreparedEngine = {
  scope: MessageScope;
  compile: (text: string) => Template;
  template: (spec: Spec) => Template;
};

const engines = new WeakMap<Engine, PreparedEngine>();
const sources = new WeakMap<object, Source>();

/**
 * Changes `compile`, `precompile` and `template` of the instance so that their templates read offers, once for each instance. Such a template
 * shows the offers of the message under way, whoever renders it; without a message, reading one is refused.
 */
export function preparedEngine(engine: Engine): PreparedEngine {
  let prepared = engines.get(engine);
  if (prepared === undefined) {
    prepared = prepare(engine);
    engines.set(engine, prepared);
  }
  return prepared;
}

/** The text from which a prepared instance compiled a template. */
export function sourceOf(template: object): Source | undefined {
  return sources.get(template);
}

/** A template that is made at its first use, as Handlebars does. */
export function lazyTemplate(make: () => Template): Template {
  let made: Inner | undefined;
  const inner = (): Inner => {
    made ??= make() as Inner;
    return made;
  };
  const template: Inner = (context, options) => inner()(context, options);
  template._setup = (options) => inner()._setup(options);
  template._child = (...args) => inner()._child(...args);
  return template;
}

type Inner = Template & { _setup(options: unknown): unknown; _child(...args: unknown[]): unknown };

/** Compiles a tree whose offers are rewritten. The instance's own `compile` would rewrite them again. */
export function specOf(engine: Engine, program: Program, options: CompileOptions | undefined): Spec {
  const { Compiler, JavaScriptCompiler } = engine as unknown as Compilers;
  const all = { data: true, ...options, knownHelpers: { ...KNOWN_HELPERS, ...options?.knownHelpers } };
  const compileOptions = all.compat ? { ...all, useDepths: true } : all;
  const tree = engine.parse(program as unknown as string, compileOptions);
  const environment = new Compiler().compile(tree, compileOptions);
  return new JavaScriptCompiler().compile(environment, compileOptions, undefined, true);
}

function prepare(engine: Engine): PreparedEngine {
  const scope = new MessageScope();
  registerHelpers(engine, scope);
  const own = { compile: engine.compile, precompile: engine.precompile, template: engine.template };
  const template = (spec: Spec): Template => own.template.call(engine, spec as unknown as TemplateSpecification);

  function compile(input: Input, options?: CompileOptions): Template {
    if (!mayNameOffer(input)) return own.compile.call(engine, input, options);
    const compiled = lazyTemplate(() => template(specOf(engine, offerTree(engine, input, options), options)));
    if (typeof input === "string") sources.set(compiled, { text: input, options });
    return compiled;
  }

  function precompile(input: Input, options?: PrecompileOptions): TemplateSpecification {
    if (!mayNameOffer(input)) return own.precompile.call(engine, input, options);
    const knownHelpers = { ...KNOWN_HELPERS, ...options?.knownHelpers } as KnownHelpers;
    const tree = offerTree(engine, input, options) as unknown as hbs.AST.Program;
    return marked(own.precompile.call(engine, tree, { ...options, knownHelpers })) as TemplateSpecification;
  }

  const changed = {
    ...(hasCompilers(engine) && { compile, precompile }),
    template: (spec: Spec) => template(withLookups(spec, scope)),
  };
  for (const [name, value] of Object.entries(changed)) {
    if (!Reflect.set(engine, name, value))
      throw invalidInput(`Handlebars.${name}`, "a field that can be set", "read-only");
  }
  return { scope, template, compile: (text) => own.compile.call(engine, text) };
}

/** The runtime alone has none. */
function hasCompilers(engine: Partial<Engine>): boolean {
  return engine.compile !== undefined;
}

/** A text without the word is left to the engine, and so is what is no template at all. */
function mayNameOffer(input: unknown): boolean {
  if (typeof input === "string") return input.includes("offer");
  return (input as Program | null | undefined)?.type === "Program";
}

function offerTree(engine: Engine, input: Input, options: CompileOptions | undefined): Program {
  const parsed = engine.parseWithoutProcessing(input as string, options) as unknown as Program;
  return withOffersAnywhere(withMacros(parsed), options ?? {});
}
