/** Rivals without types of their own: each makes an instance whose helpers may answer with promises. */
declare module "handlebars-async-helpers" {
  export default function asyncHelpers(engine: typeof import("handlebars")): typeof import("handlebars");
}

declare module "promised-handlebars" {
  export default function promisedHandlebars(engine: typeof import("handlebars")): typeof import("handlebars");
}
