import { execFile } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorkspace } from "../../src/preview/workspace.js";
import { COMMAND, copyOfExample } from "./browser.js";

let folder: string;

beforeEach(() => {
  folder = copyOfExample();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Run = { code: number; stdout: string; stderr: string };

function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const read = (file: string) => readFileSync(join(folder, file), "utf8");
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const change = (file: string, from: string, to: string) => {
  const text = read(file);
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  write(file, text.replace(from, to));
};

/** As many messages as it takes to see a fault. */
function withTwoSubscribers(): void {
  const definition = JSON.parse(read("preview.json"));
  definition.subscribers = definition.subscribers.slice(0, 2);
  write("preview.json", JSON.stringify(definition, null, 2));
}

describe("offer-code check", () => {
  test("passes the example", async () => {
    const { code, stdout } = await run("check", folder);
    expect(stdout).toBe(
      "110 messages rendered, 2 would not be sent as their offers have no code for them: 0 errors, 0 warnings\n",
    );
    expect(code).toBe(0);
  });

  test.each([
    [
      "templates/welcome.hbs",
      "<b>{{offer.code}}</b>",
      "<b>{{#if offer.code}}</b>",
      /^templates\/welcome\.hbs:\d+:\d+: error: /m,
    ],
    [
      "templates/welcome.hbs",
      "{{offer.name}}",
      "{{offer.nmae}}",
      /^templates\/welcome\.hbs:33:13: error: an offer has no field "nmae"/m,
    ],
    [
      "templates/holiday.liquid",
      "{{ offer.name }}",
      "{{ offer.name | nofilter }}",
      /^templates\/holiday\.liquid:28:\d+: error: undefined filter: nofilter/m,
    ],
    [
      "templates/welcome.hbs",
      "our {{favourite}}",
      "our {{favorite}}",
      /^templates\/welcome\.hbs:30:\d+: error: favorite is missing in this subscriber's data \[sub_ann, campaign; .* and 5 more\]/m,
    ],
    [
      "templates/vip.liquid",
      "{{ firstName }}",
      "{{ first_name }}",
      /^templates\/vip\.liquid:1:\d+: error: first_name is missing/m,
    ],
    [
      "templates/holiday.liquid",
      'offer "restock5"',
      'offer "restock50"',
      /^templates\/holiday\.liquid: error: there is no offer "restock50"/m,
    ],
    [
      "preview.json",
      '"offer": "vip20"',
      '"offer": "vip200"',
      /^templates\/vip\.liquid: error: there is no offer "vip200"/m,
    ],
    [
      "templates/reminder.hbs",
      "Reply STOP to end.",
      "☕".repeat(150),
      /^templates\/reminder\.hbs: error: takes 4 SMS segments \(UCS-2, because of ☕/m,
    ],
    [
      "preview.json",
      "{{firstName}}, your",
      "{{firstName, your",
      /^preview\.json \(subject of welcome-email\):1:\d+: error: /m,
    ],
    [
      "templates/partials/footer.hbs",
      "{{city}}",
      "{{#city}}",
      /^templates\/partials\/footer\.hbs:2:1: error: Parse error on line 2: \.\.\.in \{\{#city\}\}\.<\/div> Expecting .* got 'EOF' \[/m,
    ],
  ])("fails where %s says %s", async (file, from, to, expected) => {
    withTwoSubscribers();
    change(file, from, to);
    const { code, stdout } = await run("check", folder);
    expect(stdout).toMatch(expected);
    expect(code).toBe(1);
  });

  test("warns of an offer code in a template for auto-responses, in an HTML comment as well, and passes", async () => {
    write("templates/help.liquid", 'Help is near.\n<!-- {{ offer.code }} -->\n{{ "welcome10" | offer_code }}\n');
    change("preview.json", '"types": ["auto-response"]', '"offer": "welcome10", "types": ["auto-response"]');
    const { code, stdout } = await run("check", folder);
    expect(stdout).toMatch(
      /^templates\/help\.liquid:2:9: warning: offer\.code shows the sign-up offer's code even when it is redeemed .* \(it stands in an HTML comment\)$/m,
    );
    expect(stdout).toMatch(/^templates\/help\.liquid:3:18: warning: offer_code /m);
    expect(stdout).toContain("0 errors, 2 warnings");
    expect(code).toBe(0);
  });

  test("lives through a template without end", async () => {
    write("templates/help.liquid", "{% for a in (1..9999) %}{% for b in (1..9999) %}{{ b }}{% endfor %}{% endfor %}");
    const { code, stdout } = await run("check", folder);
    expect(stdout).toMatch(/templates\/help\.liquid.*error: .*(limit exceeded|was ended)/);
    expect(code).toBe(1);
  });

  test("prints its findings as JSON", async () => {
    withTwoSubscribers();
    change("templates/welcome.hbs", "{{offer.name}}", "{{offer.nmae}}");
    const { findings, messages } = JSON.parse((await run("check", folder, "--json")).stdout);
    expect(messages).toBe(22);
    expect(findings[0]).toMatchObject({
      level: "error",
      template: "welcome-email",
      file: "templates/welcome.hbs",
      line: 33,
      column: 13,
    });
  });
});

describe("a preview folder", () => {
  test.each([
    ["{", /preview\.json:1:2: expected JSON/],
    ['{ "subscribers": [], "templates": [] }', /preview\.json\.subscribers: expected at least one subscriber/],
    [
      '{ "offers": [{ "id": "a", "window": { "type": "weekly" } }], "subscribers": [{ "id": "s" }], "templates": [{ "id": "t", "channel": "sms", "file": "templates/help.liquid" }] }',
      /preview\.json\.offers\[0\]\.window\.type: expected a window of type/,
    ],
    [
      '{ "subscribers": [{ "id": "s" }, { "id": "s" }], "templates": [{ "id": "t", "channel": "sms", "file": "templates/help.liquid" }] }',
      /preview\.json\.subscribers\[1\]\.id: expected an id that stands once/,
    ],
    [
      '{ "subscribers": [{ "id": "s", "signedUpWith": "x" }], "templates": [{ "id": "t", "channel": "sms", "file": "templates/help.liquid" }] }',
      /preview\.json\.subscribers\[0\]\.signedUpWith: expected the id of an offer in this file, but got: "x"/,
    ],
    [
      '{ "subscribers": [{ "id": "s", "data": { "offer": 1 } }], "templates": [{ "id": "t", "channel": "sms", "file": "templates/help.liquid" }] }',
      /data: expected no field named offer/,
    ],
  ])("that says %s is refused, with the field and what was expected", async (text, expected) => {
    write("preview.json", text);
    await expect(openWorkspace(folder, { now: Date.now })).rejects.toThrow(expected);
  });

  test.each([
    "../outside.hbs",
    "/etc/hosts.hbs",
    "templates/../../outside.hbs",
    "linked.hbs",
  ])("reads no file outside of it: %s", async (file) => {
    const outside = join(folder, "../outside.hbs");
    writeFileSync(outside, "secret");
    symlinkSync(outside, join(folder, "linked.hbs"));
    change("preview.json", "templates/welcome.hbs", file);
    const opening = openWorkspace(folder, { now: Date.now });
    await expect(opening).rejects.toThrow(`${file}: expected a path inside the preview folder`);
    rmSync(outside);
  });

  test("that is refused is told by the command in one line", async () => {
    write("preview.json", "{");
    const { code, stderr, stdout } = await run("check", folder);
    expect(stderr).toMatch(/^offer-code: preview\.json:1:2: expected JSON.*\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("offer-code render", () => {
  test("prints one message, and why its code is the one", async () => {
    const { code, stdout, stderr } = await run(
      "render",
      "welcome-email",
      "--folder",
      folder,
      "--subscriber",
      "sub_ben",
    );
    expect(stdout).toMatch(/^Subject: Ben, your 10% is inside\n\n<!doctype html>/);
    expect(stdout).toContain("<b>HELLO-BEN7K2</b>");
    expect(stderr).toMatch(/^welcome10: Keeps HELLO-BEN7K2: received 3 November 2026/);
    expect(code).toBe(0);
  });

  test("as of a day, by the template's file, as JSON", async () => {
    const { stdout } = await run(
      "render",
      "templates/reminder.hbs",
      "--folder",
      folder,
      "--subscriber",
      "sub_ben",
      "--type",
      "journey",
      "--at",
      "2027-03-01",
      "--json",
    );
    expect(JSON.parse(stdout)).toMatchObject({
      at: "2027-03-01T00:00",
      outcome: "new",
      label: "old one expired",
      sms: { segments: 1, encoding: "GSM-7" },
    });
  });

  test("says when a message would not be sent, and names what is known where something is not", async () => {
    const stopped = await run(
      "render",
      "welcome-email",
      "--folder",
      folder,
      "--subscriber",
      "sub_hana",
      "--type",
      "auto-response",
    );
    expect(stopped.stderr).toContain("This message would not be sent.");
    const unknown = await run("render", "nothing", "--folder", folder, "--subscriber", "sub_ben");
    expect(unknown.stderr).toContain("template: expected one of welcome-email, holiday-email");
    expect(unknown.code).toBe(2);
    const nobody = await run("render", "welcome-email", "--folder", folder, "--subscriber", "nobody");
    expect(nobody.stderr).toContain("subscriber: expected the id of a subscriber");
  });
});
