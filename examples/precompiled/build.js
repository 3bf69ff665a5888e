// The build step: makes a module of the compiled templates. Only here the whole of Handlebars is needed.
import Handlebars from "handlebars";

const TEMPLATES = {
  mail: "<p>Hi {{name}}{{#unless quiet}}, your code is <b>{{offer.code}}</b>{{/unless}}.</p>{{> terms}}",
  terms: "{{#unless quiet}}<small>{{offer.code}} is yours alone.</small>{{/unless}}",
};

/** The text of a module that exports each template. */
export function buildTemplates() {
  const lines = Object.entries(TEMPLATES).map(
    ([name, text]) => `export const ${name} = ${Handlebars.precompile(text)};`,
  );
  return lines.join("\n");
}
