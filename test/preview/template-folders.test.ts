// Folders of templates as teams have them: own helpers, data with holes.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { startPreview } from "./browser.js";
import { findingsOf, folderOf, renderedIn, run, templatesOf } from "./small-folder.js";

const SETUP = `
const money = (cents) => "$" + (cents / 100).toFixed(2);
export function handlebars(engine) {
  engine.registerHelper("money", money);
  engine.registerPartial("sign", "Yours, {{name}}");
}
export const liquidOptions = { outputDelimiterLeft: "[[", outputDelimiterRight: "]]" };
export async function liquid(engine) {
  engine.registerFilter("money", money);
  engine.registerTag("shout", { parse(token) { this.text = token.args; }, render() { return this.text.toUpperCase(); } });
}
`;

describe("the setup module of a folder", () => {
  const files = {
    "a.hbs": "{{money total}} {{> sign}}",
    "b.liquid": "[[ total | money ]] {% shout hi %}",
    "setup.mjs": SETUP,
  };
  const options = { setup: "setup.mjs", data: { total: 1999, name: "Ann" } };

  test("registers helpers, partials, filters, tags and options of the engine", async () => {
    const folder = templatesOf(files, options);
    expect(await findingsOf(folder)).toEqual([]);
    expect(await renderedIn(folder, "a.hbs")).toBe("$19.99 Yours, Ann");
    expect(await renderedIn(folder, "b.liquid")).toBe("$19.99 HI");
  });

  test("is named with its line where it fails", async () => {
    const folder = templatesOf({ "a.hbs": "a", "setup.mjs": "\nexport const handlebars = () => missing();" }, options);
    expect(await findingsOf(folder)).toEqual([
      "setup.mjs:2:33: error: the setup module fails: missing is not defined [ann, campaign]",
    ]);
  });

  test("lies in the folder", async () => {
    const { stderr, code } = await run("check", templatesOf(files, { ...options, setup: "../setup.mjs" }));
    expect(stderr).toMatch(/^offer-code: \.\.\/setup\.mjs: (no such file|expected a path inside)/);
    expect(code).toBe(2);
  });
});

describe("names that the engine does not have", () => {
  const HINT = '(the module that "setup" names in preview.json can register it) [ann, campaign]';

  test("are all found in Handlebars at once, in a partial and an untaken branch too", async () => {
    const folder = templatesOf(
      {
        "a.hbs": "{{money total}}\n{{#if no}}{{upper (trim name)}}{{/if}}{{> foot}}{{> none}}",
        "p/foot.hbs": "{{#repeat 3}}x{{/repeat}}",
      },
      { partials: "p", data: { total: 1, name: "Ann" } },
    );
    expect(await findingsOf(folder)).toEqual([
      `a.hbs:1:1: error: undefined helper: money ${HINT}`,
      `a.hbs:2:11: error: undefined helper: upper ${HINT}`,
      `a.hbs:2:19: error: undefined helper: trim ${HINT}`,
      `p/foot.hbs:1:1: error: undefined helper: repeat ${HINT}`,
      "a.hbs:2:49: error: there is no partial none [ann, campaign]",
    ]);
  });

  test("are all found in Liquid at once, by render as by check", async () => {
    const folder = templatesOf(
      {
        "a.liquid": '{{ total | money }}\n{% box %}{{ total | upper_all }}{% endbox %}{% render "foot" %}',
        "p/foot.liquid": "{{ 1 | dots }}",
      },
      { partials: "p", data: { total: 1999 } },
    );
    expect(await findingsOf(folder)).toEqual([
      `a.liquid:1:1: error: undefined filter: money ${HINT}`,
      `a.liquid:2:1: error: undefined tag: box ${HINT}`,
      `a.liquid:2:10: error: undefined filter: upper_all ${HINT}`,
      `p/foot.liquid:1:1: error: undefined filter: dots ${HINT}`,
    ]);
    const { stdout, stderr, code } = await run("render", "a.liquid", "--folder", folder, "--subscriber", "ann");
    expect(stdout).toBe("");
    expect(stderr).toContain("undefined filter: money");
    expect(stderr).toContain("undefined tag: box");
    expect(code).toBe(1);
  });

  test("include no helper of Handlebars' own and no variable", async () => {
    const folder = templatesOf(
      {
        "a.hbs":
          '{{#each list as |item|}}{{item.name}}{{lookup item "name"}}{{/each}}{{#*inline "x"}}y{{/inline}}{{> x}}',
      },
      { data: { list: [{ name: "a" }] } },
    );
    expect(await findingsOf(folder)).toEqual([]);
    expect(await renderedIn(folder, "a.hbs")).toBe("aay");
  });

  test("make a warning where a block partial has no layout", async () => {
    const folder = templatesOf({ "a.hbs": "{{#> layout}}body{{/layout}}" });
    expect(await findingsOf(folder)).toEqual([
      "a.hbs:1:1: warning: there is no partial layout, so its block is shown instead [ann, campaign]",
    ]);
    expect(await renderedIn(folder, "a.hbs")).toBe("body");
  });
});

describe("a variable that the data do not have", () => {
  test.each([
    ["a.hbs", "{{#if customer.address.city}}{{customer.address.city}}{{else}}-{{/if}}"],
    ["a.hbs", "{{#company}}{{name}}{{/company}}{{^company}}nobody{{/company}}"],
    ["a.hbs", "{{#each items}}{{name}}{{else}}none{{/each}}{{#with customer}}{{name}}{{/with}}"],
    ["a.hbs", "{{#unless customer.vip}}hi{{/unless}}"],
    ["a.liquid", "{% for item in items %}{{ item.name }}{% else %}none{% endfor %}"],
    ["a.liquid", '{{ customer.name | default: "you" }}{{ nick | upcase | default: "you" }}'],
    ["a.liquid", "{% if customer.address.city %}{{ customer.address.city }}{% endif %}"],
    ["a.liquid", '{% assign city = customer.city %}{% if city == "x" %}{{ city }}{% endif %}'],
    ["a.liquid", "{% case customer.kind %}{% when 1 %}a{% else %}b{% endcase %}"],
  ])("is no error in %s where it is guarded: %s", async (file, text) => {
    expect(await findingsOf(templatesOf({ [file]: text }))).toEqual([]);
  });

  test("is an error where it leaves a gap, each by its name and place", async () => {
    const folder = templatesOf(
      {
        "a.hbs":
          "Hi {{customer.name}} {{{ bio }}}\n{{#each list}}{{nick}}{{this}}{{/each}}{{> foot}}{{#each items}}{{name}}{{/each}}",
        "b.liquid":
          "Hi {{ customer.name | upcase }}\n{%- for item in items -%}{{ item }}{% endfor %}{% if true %}{{ nick }}{% endif %}{% render 'foot', a: 1 %}",
        "p/foot.hbs": "{{~ city ~}}",
        "p/foot.liquid": "{{a}}{{- city -}}",
      },
      { partials: "p", data: { list: ["x", "y"] } },
    );
    const missing = (name: string) => `error: ${name} is missing in this subscriber's data [ann, campaign]`;
    expect((await findingsOf(folder)).sort()).toEqual([
      `a.hbs:1:26: ${missing("bio")}`,
      `a.hbs:1:6: ${missing("customer.name")}`,
      `a.hbs:2:17: ${missing("nick")}`,
      `a.hbs:2:58: ${missing("items")}`,
      `b.liquid:1:7: ${missing("customer.name")}`,
      `b.liquid:2:17: ${missing("items")}`,
      `b.liquid:2:64: ${missing("nick")}`,
      `p/foot.hbs:1:5: ${missing("city")}`,
      `p/foot.liquid:1:10: ${missing("city")}`,
    ]);
  });
});

test("a folder that is not there is named in words", async () => {
  const folder = folderOf({});
  const { stderr, code } = await run("check", `${folder}/nowhere`);
  expect(stderr).toBe(`offer-code: ${folder}/nowhere: there is no such file or folder\n`);
  expect(code).toBe(2);
});

describe("files of any ending", () => {
  test("are rendered by the engine that the template names", async () => {
    const files = { "a.html": "{{#if name}}<b>{{name}}</b>{{/if}}", "b.txt": "{{name}}" };
    const folder = templatesOf(files, { template: { engine: "handlebars", text: "b.txt" }, data: { name: "Ann" } });
    expect(await findingsOf(folder)).toEqual([]);
    expect(await renderedIn(folder, "a.html")).toBe("<b>Ann</b>");
    const liquid = templatesOf(
      { "a.html": "{{ name | upcase }}" },
      { template: { engine: "liquid" }, data: { name: "a" } },
    );
    expect(await renderedIn(liquid, "a.html")).toBe("A");
  });

  test("need an engine where their ending names none", async () => {
    const { stderr, code } = await run("check", templatesOf({ "a.html": "a" }));
    expect(stderr).toMatch(
      /preview\.json\.templates\[0\]\.file: expected a file that ends in .*or the template's "engine"/,
    );
    expect(code).toBe(2);
  });

  const mjml = (text: string) =>
    `<mjml><mj-body>\n<mj-include path="./parts/head.mjml" /><mj-section><mj-column>${text}</mj-column></mj-section></mj-body></mjml>`;
  const head = "<mj-section><mj-column><mj-text>From {{shop}}</mj-text></mj-column></mj-section>";

  test("are compiled where they are MJML, with their includes", async () => {
    const folder = templatesOf(
      { "a.mjml": mjml("<mj-text>Hi {{name}} {{city}}</mj-text><mj-colour />"), "parts/head.mjml": head },
      { template: { engine: "handlebars" }, data: { name: "Ann", shop: "us" } },
    );
    const rendered = await renderedIn(folder, "a.mjml");
    expect(rendered).toMatch(/^<!doctype html>/i);
    expect(rendered).toMatch(/From us[\s\S]*Hi Ann/);
    expect(await findingsOf(folder)).toEqual([
      expect.stringMatching(/^a\.mjml:2: warning: MJML: .*mj-colour/),
      expect.stringMatching(/^a\.mjml:2:\d+: error: city is missing/),
    ]);
  });

  test("that are MJML include nothing from outside of the folder", async () => {
    const folder = templatesOf(
      { "a.mjml": mjml(""), "parts/head.mjml": '<mj-include path="../../../outside.mjml" />' },
      { template: { engine: "handlebars" } },
    );
    const { stderr, code } = await run("check", folder);
    expect(stderr).toMatch(/^offer-code: \.\.\/\.\.\/outside\.mjml: /);
    expect(code).toBe(2);
  });
});

describe("partials", () => {
  test("lie in folders of folders, in several folders, and in files of any ending", async () => {
    const folder = templatesOf(
      {
        "a.hbs": "{{> mail/foot}} {{> head}} {{> plain}}",
        "b.liquid": '{% render "mail/foot" %} {% render "plain" %}',
        "p/mail/foot.hbs": "foot {{> head}}",
        "p/mail/foot.liquid": "foot",
        "q/head.hbs": "head",
        "q/plain.html": "<p>",
        "q/plain.hbs.bak": "no",
      },
      { partials: ["p", "q"] },
    );
    expect(await findingsOf(folder)).toEqual([]);
    expect(await renderedIn(folder, "a.hbs")).toBe("foot head head <p>");
    expect(await renderedIn(folder, "b.liquid")).toBe("foot <p>");
  });

  test("have the names that preview.json gives them", async () => {
    const folder = templatesOf(
      { "a.hbs": "{{> sign-off}}", "any/where.hbs": "Yours, {{name}}" },
      { partials: { "sign-off": "any/where.hbs" } },
    );
    expect(await findingsOf(folder)).toEqual([
      "any/where.hbs:1:10: error: name is missing in this subscriber's data [ann, campaign]",
    ]);
  });

  test("of one name in two folders are rejected", async () => {
    const folder = templatesOf({ "a.hbs": "a", "p/x.hbs": "1", "q/x.hbs": "2" }, { partials: ["p", "q"] });
    const { stderr } = await run("check", folder);
    expect(stderr).toBe("offer-code: partials: expected one file for x, but got: p/x.hbs and q/x.hbs\n");
  });
});

describe("a layout around the message", () => {
  const layouts = {
    "l/main.hbs": "<html>{{title}}{{{body}}}</html>",
    "l/main.liquid": "<html>{{ title }}{{ content_for_layout }}</html>",
  };

  test.each(["hbs", "liquid"])("takes the rendered body: .%s", async (ending) => {
    const folder = templatesOf(
      { [`a.${ending}`]: "<b>{{name}}</b>", ...layouts },
      { template: { layout: `l/main.${ending}` }, data: { name: "Ann", title: "Hi " } },
    );
    expect(await findingsOf(folder)).toEqual([]);
    expect(await renderedIn(folder, `a.${ending}`)).toBe("<html>Hi <b>Ann</b></html>");
  });

  test("is named where it is wrong", async () => {
    const broken = { ...layouts, "l/main.hbs": "{{title}}{{shout body}}" };
    const findings = (files: Record<string, string>) =>
      findingsOf(templatesOf({ "a.hbs": "a", ...files }, { template: { layout: "l/main.hbs" } }));
    expect(await findings(broken)).toEqual([
      expect.stringMatching(/^l\/main\.hbs:1:10: error: undefined helper: shout/),
    ]);
    expect(await findings(layouts)).toEqual([expect.stringMatching(/^l\/main\.hbs:1:9: error: title is missing/)]);
  });
});

describe("check --format", () => {
  const files = { "a.hbs": "{{> foot}}", "b.hbs": "{{> foot}}", "p/foot.hbs": "\n{{city}}" };
  const folder = () => templatesOf(files, { partials: "p" });

  test("text names a fault that templates share once", async () => {
    expect(await findingsOf(folder())).toEqual([
      "p/foot.hbs:2:3: error: city is missing in this subscriber's data [a.hbs; b.hbs]",
    ]);
  });

  test("github prints annotations with the path from here", async () => {
    const path = folder();
    const { stdout, code } = await run("check", path, "--format", "github");
    const file = relative(process.cwd(), `${path}/p/foot.hbs`);
    expect(stdout.split("\n")[0]).toBe(
      `::error file=${file},line=2,col=3,title=offer-code check::city is missing in this subscriber's data [a.hbs; b.hbs]`,
    );
    expect(code).toBe(1);
  });

  test("sarif and json print the same findings for programs", async () => {
    const path = folder();
    const { runs } = JSON.parse((await run("check", path, "--format", "sarif")).stdout);
    expect(runs[0].results).toMatchObject([
      { level: "error", locations: [{ physicalLocation: { region: { startLine: 2, startColumn: 3 } } }] },
    ]);
    const { findings } = JSON.parse((await run("check", path, "--format", "json")).stdout);
    expect(findings).toMatchObject([{ file: "p/foot.hbs", line: 2, templates: ["a.hbs", "b.hbs"] }]);
  });
});

describe("preview.json", () => {
  test.each([
    ['{\n  "templates": [],\n}', "preview.json:2:18: expected JSON, but got: a comma before }"],
    ['{ "templates": [1,\n] }', "preview.json:1:18: expected JSON, but got: a comma before ]"],
    ['\uFEFF{ "templates": [1, x] }', "preview.json:1:20: expected JSON"],
    ['{ "templates": ', "preview.json:1:16: expected JSON"],
  ])("that says %j has line and column of it", async (text, expected) => {
    const { stderr, code } = await run("check", folderOf({ "preview.json": text }));
    expect(stderr).toContain(`offer-code: ${expected}`);
    expect(code).toBe(2);
  });

  test("may begin with a byte order mark", async () => {
    const definition =
      '{ "subscribers": [{ "id": "a" }], "templates": [{ "id": "t", "channel": "sms", "file": "a.hbs" }] }';
    expect(await findingsOf(folderOf({ "preview.json": `\uFEFF${definition}`, "a.hbs": "a" }))).toEqual([]);
  });
});

describe("offer-code init", () => {
  test("writes a folder in which nothing is wrong, and overwrites nothing", async () => {
    const folder = `${folderOf({})}/mails`;
    const { stdout, code } = await run("init", folder);
    expect(stdout).toContain(`offer-code preview ${folder} --open`);
    expect(code).toBe(0);
    expect((await run("check", folder)).stdout).toBe("6 messages rendered: 0 errors, 0 warnings\n");
    const again = await run("init", folder);
    expect(again.stderr).toMatch(/^offer-code: .*preview\.json/);
    expect(again.code).toBe(2);
  });
});

test("preview --open opens the printed address in the browser", async () => {
  const folder = templatesOf({ "a.hbs": "a" });
  const opened = join(folder, "opened");
  const browser = join(folder, "browser");
  writeFileSync(browser, `#!/bin/sh\necho "$1" > ${opened}\n`, { mode: 0o755 });
  const preview = await startPreview(["--open"], folder, { ...process.env, BROWSER: browser, XDG_STATE_HOME: folder });
  await expect.poll(() => existsSync(opened) && readFileSync(opened, "utf8").trim()).toBe(preview.address);
  await preview.stop();
});
