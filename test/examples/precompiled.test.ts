import Runtime from "handlebars/runtime.js";
import { expect, test } from "vitest";
import { buildTemplates } from "../../examples/precompiled/build.js";
import { openMail } from "../../examples/precompiled/mail.js";
import { describeStack } from "./stack.js";

describeStack("precompiled templates", async (resolver) => {
  const templates = await import(`data:text/javascript,${encodeURIComponent(buildTemplates())}`);
  return openMail(resolver, templates);
});

test("the runtime of precompiled templates cannot compile", () => {
  expect(Runtime).not.toHaveProperty("compile");
});
