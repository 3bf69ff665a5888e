import AxeBuilder from "axe-core";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cell, launchBrowser, openPage, type Preview, startPreview } from "./browser.js";

let browser: Browser;
let preview: Preview;
let page: Page;

beforeAll(async () => {
  [browser, preview] = await Promise.all([launchBrowser(), startPreview()]);
});

afterAll(async () => {
  await browser?.close();
  await preview?.close();
});

afterEach(async () => {
  await page?.close();
});

const open = async (hash = "", options = {}) => {
  page = await openPage(browser, preview, hash, options);
};
const verdict = () => page.locator(".verdict .code");
const sentence = () => page.locator(".verdict .sentence").first();
const email = () => page.frameLocator("iframe");
const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate((element, name) => {
    const { getComputedStyle } = globalThis as unknown as { getComputedStyle(of: unknown): Record<string, string> };
    return getComputedStyle(element)[name] ?? "";
  }, property);
const shows = (text: string | RegExp, locator = verdict()) => expect.poll(() => locator.innerText()).toMatch(text);

describe("the matrix", () => {
  test("shows at one look who keeps a code, who gets a new one, the sign-up code, or none", async () => {
    await open();
    expect(await page.locator(".matrix tbody tr").count()).toBe(10);
    expect(await page.locator(".matrix tbody td button").count()).toBe(40);
    expect(await cell(page, "Ben Okafor", "campaign").innerText()).toMatch(/HELLO-BEN7K2\s+Keeps still valid/);
    expect(await cell(page, "Chiara Rossi", "campaign").innerText()).toMatch(
      /SAMPL-ES0AMP\s+New old one redeemed\s*sample/,
    );
    expect(await cell(page, "Dmitri Petrov", "campaign").innerText()).toMatch(
      /SAMPL-ES0AMP\s+New old one expired\s*sample/,
    );
    expect(await cell(page, "Chiara Rossi", "auto-response").innerText()).toMatch(
      /HELLO-CHI3R9\s+Sign-up code redeemed/,
    );
    expect(await cell(page, "Hana Novak", "auto-response").innerText()).toMatch(/–\s+Not sent no sign-up offer/);
    expect(await cell(page, "Ann Reyes", "campaign").innerText()).toContain("Ann, your 10% is inside");
    expect(await page.locator(".summary").innerText()).toMatch(
      /6 keep their code\s+14 get a new one\s+18 get the sign-up code\s+2 not sent/,
    );
  });

  test("opens the message of a cell that is clicked, and says so in the address", async () => {
    await open();
    await cell(page, "Ivan Castillo", "already-subscribed").click();
    await shows("HELLO-IVA1A1");
    expect(new URL(page.url()).hash).toContain("subscriber=sub_ivan&type=already-subscribed");
  });

  test("can be walked over with the arrow keys", async () => {
    await open("#subscriber=sub_ann&type=campaign");
    await cell(page, "Ann Reyes", "campaign").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await shows("HELLO-CHI3R9");
    await page.keyboard.press("ArrowUp");
    await shows("HELLO-BEN7K2");
  });

  test("is exported as one file that needs nothing else", async () => {
    await open("#if=pool-empty");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    const html = (await (await download.createReadStream()).toArray()).join("");
    expect(html).toContain("HELLO-BEN7K2");
    expect(html).toContain("Supposed: pool-empty");
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/i);
    expect(html).not.toContain(preview.token);
  });
});

describe("a message", () => {
  test("shows the email in a frame without scripts and origin, at two widths and in three colour schemes", async () => {
    await open("#template=holiday-email&subscriber=sub_farid");
    expect(await email().locator(".code").innerText()).toBe("NOV-F2Q8Z");
    const frame = page.locator("iframe");
    expect(await frame.getAttribute("sandbox")).toBe("");
    expect(await frame.getAttribute("width")).toBe("375");
    const background = () => styleOf(email().locator("body"), "backgroundColor");
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.getByRole("button", { name: "Dark", exact: true }).click();
    await expect.poll(background).toBe("rgb(15, 23, 20)");
    await page.getByRole("button", { name: "Forced dark" }).click();
    await expect.poll(() => styleOf(email().locator("html"), "filter")).toContain("invert");
    await page.getByRole("button", { name: "Desktop" }).click();
    expect(await frame.getAttribute("width")).toBe("820");
    await shows("Holiday roast is here, Farid", page.locator(".subject"));
  });

  test("shows the plain text and the source", async () => {
    await open("#subscriber=sub_ben&view=text");
    expect(await page.getByRole("textbox", { name: "Plain text" }).inputValue()).toContain("Your code: HELLO-BEN7K2");
    await page.getByRole("button", { name: "Source" }).click();
    expect(await page.getByRole("textbox", { name: "Source" }).inputValue()).toContain("<b>HELLO-BEN7K2</b>");
  });

  test("counts an SMS with the longest code, and names the characters that make it longer", async () => {
    await open("#template=reminder-sms&subscriber=sub_zoe");
    await shows("Use HELLO-ZOE5V8 at", page.locator(".bubble"));
    const facts = await page.locator(".facts").innerText();
    expect(facts).toMatch(/Segments\s+2\s+Encoding\s+UCS-2/);
    expect(facts).toMatch(/force UCS-2\s+ë/);
  });

  test("says why: the sentence, the steps, the history", async () => {
    await open("#subscriber=sub_dmitri");
    await shows("the code held before has expired", sentence());
    const steps = await page.locator(".steps").innerText();
    expect(steps).toMatch(/Holds a code of this offer\? Yes/);
    expect(steps).toMatch(/Redeemed\? No/);
    expect(steps).toMatch(/inside the distribution window\? No: gets a new one/);
    expect(steps).toMatch(/Is there a code to give\? Yes\s+batch spring: 40 left/);
    expect(await page.locator(".history").innerText()).toMatch(/HELLO-DMI8T4\s+1 Aug 2026\s+no\s+29 Oct 2026/);
  });
});

describe("time travel", () => {
  test("by the date: a code that ran out is replaced, and the message follows", async () => {
    await open("#subscriber=sub_ben");
    await shows("HELLO-BEN7K2");
    await page.getByLabel(/As of/).fill("2027-02-01T09:00");
    await page.getByLabel(/As of/).blur();
    await shows("the code held before has expired", sentence());
    await expect.poll(() => email().locator(".code b").innerText()).not.toBe("HELLO-BEN7K2");
    await page.getByRole("button", { name: "Today" }).click();
    await shows("HELLO-BEN7K2");
  });

  test("by dragging the timeline", async () => {
    await open("#template=holiday-email&subscriber=sub_farid");
    await shows("NOV-F2Q8Z");
    const box = (await page.getByRole("slider").boundingBox()) as { x: number; y: number; width: number };
    const to = (share: number) => page.mouse.move(box.x + box.width * share, box.y + 30, { steps: 4 });
    await to(0.25);
    await page.mouse.down();
    await to(0.32);
    await shows("the code held before has expired", sentence());
    await to(0.7);
    await shows("Not sent");
    await page.mouse.up();
    await shows("none of its batches is open", sentence());
  });

  test("by the arrow keys, and the picture shows what is drawn when", async () => {
    await open("#subscriber=sub_ivan&at=2026-12-07T09:00");
    await shows("HELLO-IVA2B2");
    expect(await page.locator(".mark.redeemed title").allTextContents()).toContain(
      "HELLO-IVA2B2 redeemed 8 December 2026",
    );
    await page.getByRole("slider").focus();
    await page.keyboard.press("ArrowRight");
    await shows("the code held before is redeemed", sentence());
    expect(await page.getByRole("slider").getAttribute("aria-valuetext")).toContain("8 Dec 2026");
    const bars = await page.locator(".bar-of title").allTextContents();
    expect(bars).toEqual(["a new code: old one redeemed", "HELLO-IVA2B2: still valid", "a new code: old one redeemed"]);
  });
});

describe("what if", () => {
  test.each([
    ["Redeemed", "sub_ben", /sample/, "the code held before is redeemed"],
    ["Never received", "sub_ben", /sample/, "the first code of this offer"],
    ["Expired", "sub_ben", /sample/, "the code held before has expired"],
    ["Pool empty", "sub_ann", /Not sent/, "its pool is empty"],
    ["Redis down", "sub_ben", /Not sent/, "the store cannot be reached"],
  ])("%s", async (name, subscriber, code, text) => {
    await open(`#subscriber=${subscriber}`);
    await page.getByRole("button", { name, exact: true }).click();
    await shows(code);
    await shows(text, sentence());
    await page.getByRole("button", { name: "Back to the facts" }).click();
    await expect.poll(() => sentence().innerText()).not.toContain(text);
  });

  test("No open batch", async () => {
    await open("#template=holiday-email&subscriber=sub_farid");
    await page.getByRole("button", { name: "No open batch", exact: true }).click();
    await shows("none of its batches is open", sentence());
  });

  test("No sign-up offer", async () => {
    await open("#subscriber=sub_ben&type=auto-response");
    await page.getByRole("button", { name: "No sign-up offer", exact: true }).click();
    await shows("no known sign-up offer", sentence());
  });

  test("shows the fallback, or the message without a code, where the offer says so", async () => {
    await open("#template=vip-sms&subscriber=sub_ann&if=pool-empty");
    await shows("VIPTHANKS");
    await shows("VIPTHANKS", page.locator(".bubble"));
    await page.goto(`${preview.address}#template=holiday-email&subscriber=sub_farid&if=pool-empty`);
    await shows("NOV-F2Q8Z");
    expect(await email().locator("body").innerText()).not.toContain("off a refill");
  });

  test("says which suppositions would change nothing", async () => {
    await open("#template=vip-sms&subscriber=sub_emma");
    const button = page.getByRole("button", { name: "Expired" });
    await expect.poll(() => button.isDisabled()).toBe(true);
    expect(await button.getAttribute("title")).toBe("Codes of this offer never expire");
  });
});

describe("editing", () => {
  const editor = () => page.locator(".cm-content");
  const type = async (text: string) => {
    await editor().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(text);
  };

  test("shows what is typed at once; an error stands over the last good message, with line and column", async () => {
    await open("#subscriber=sub_ben&view=edit");
    await type("<p>Typed for {{firstName}}</p>");
    await expect.poll(() => email().locator("body").innerText()).toContain("Typed for Ben");
    await type("\n{{#if");
    await shows(/welcome\.hbs, line \d+, column \d+/, page.getByRole("alert"));
    expect(await email().locator("body").innerText()).toContain("Typed for Ben");
    await shows("Template error");
    expect(await page.locator(".cm-lintRange-error, .cm-lintPoint-error").count()).toBeGreaterThan(0);
    for (let key = 0; key < 5; key++) await page.keyboard.press("Backspace");
    await shows("HELLO-BEN7K2");
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("is in the file only once it is saved", async () => {
    await open("#template=help-sms&view=edit");
    const before = preview.read("templates/help.liquid");
    await type("Bye.");
    await expect.poll(() => page.locator(".bubble").innerText()).toContain("Bye.");
    expect(preview.read("templates/help.liquid")).toBe(before);
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => preview.read("templates/help.liquid")).toBe(`${before}Bye.`);
    preview.write("templates/help.liquid", before);
  });

  test("of the subscriber's data, as JSON", async () => {
    await open("#subscriber=sub_ben&view=data");
    await editor().click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{ "firstName": "Benjamin", "favourite": "Kona", "city": "Hilo" }');
    await expect.poll(() => email().locator("h1").innerText()).toBe("Good morning, Benjamin.");
    await page.keyboard.insertText("!");
    await shows("no JSON object", page.locator(".editing .status"));
  });

  test("follows files that are changed on disk, and keeps what was last good", async () => {
    await open("#subscriber=sub_ben");
    const [template, definition] = [preview.read("templates/welcome.hbs"), preview.read("preview.json")];
    preview.write("templates/welcome.hbs", template.replace("Good morning", "Good evening"));
    await expect.poll(() => email().locator("h1").innerText()).toBe("Good evening, Ben.");
    preview.write("preview.json", '{ "offers": 1 }');
    await shows("preview.json.offers: expected a list of offers", page.locator(".problem"));
    expect(await email().locator("h1").innerText()).toBe("Good evening, Ben.");
    preview.write("preview.json", definition.replace("Ben Okafor", "Benedict Okafor"));
    await expect.poll(() => page.locator(".problem").count()).toBe(0);
    await shows("Benedict Okafor", page.locator(".detail h2"));
    preview.write("preview.json", definition);
    preview.write("templates/welcome.hbs", template);
  });

  test("says which variables this subscriber's data do not have", async () => {
    await open("#template=help-sms&view=edit");
    await type("{{ nickname }}");
    await shows(/line 2, column \d+\s+nickname is missing/, page.locator(".faults"));
  });
});

describe("the page", () => {
  test("shows the same again at the same address", async () => {
    await open(
      "#template=holiday-email&subscriber=sub_grace&type=journey&at=2026-12-03T09:00&if=redis-down&scheme=dark&width=desktop",
    );
    await shows("Not sent");
    expect(await page.getByLabel("Template").inputValue()).toBe("holiday-email");
    expect(await page.getByLabel(/As of/).inputValue()).toBe("2026-12-03T09:00");
    expect(await page.locator(".detail h2").innerText()).toBe("Grace Kim journey");
    expect(await page.getByRole("button", { name: "Redis down", exact: true }).getAttribute("aria-pressed")).toBe(
      "true",
    );
  });

  test.each([
    "",
    "#template=vip-sms",
    "#template=holiday-email&view=edit",
  ])("fits a screen of 360 pixels%s", async (hash) => {
    await open(hash, { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await cell(page, "Grace Kim", "campaign").click();
    await expect
      .poll(() => page.locator(".detail").evaluate((detail) => Math.round(detail.getBoundingClientRect().top)))
      .toBeLessThan(100);
  });

  test("is dark where its reader's system is, or where its reader says so", async () => {
    const background = () => styleOf(page.locator("body"), "backgroundColor");
    await open("", { colorScheme: "dark" });
    expect(await background()).toBe("rgb(18, 19, 21)");
    await page.getByRole("button", { name: /Colours of this page/ }).click();
    await expect.poll(background).toBe("rgb(246, 246, 243)");
  });

  test.each([
    ["light", ""],
    ["dark", "#theme=dark&template=reminder-sms&if=redis-down"],
    ["light", "#view=edit"],
    ["light", "#view=source&template=holiday-email&subscriber=sub_grace"],
  ])("has no serious fault in accessibility (%s %s)", async (_, hash) => {
    await open(hash);
    await page.evaluate(AxeBuilder.source);
    const { violations } = await page.evaluate(() =>
      (globalThis as never as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    expect(
      violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => [id, nodes[0]?.html]),
    ).toEqual([]);
  });
});

type AxeResults = { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
