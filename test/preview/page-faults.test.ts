// What went wrong in a real browser, fault by fault.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../setup/wait.js";
import { cell, copyOfExample, launchBrowser, openPage, type Preview, startPreview } from "./browser.js";

let browser: Browser;
let preview: Preview;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
});
beforeEach(async () => {
  preview = await startPreview();
});
afterEach(async () => {
  await page?.close();
  await preview?.close();
});
afterAll(() => browser?.close());

const open = async (hash = "") => {
  page = await openPage(browser, preview, hash);
};
const heading = () => page.locator("#who").innerText();
const email = () => page.frameLocator("iframe").locator("body").innerText();
const editor = () => page.locator(".cm-content");
const editorText = () =>
  editor().evaluate((element) => (element as unknown as { innerText: string }).innerText.replaceAll("\u200b", ""));

describe("going back", () => {
  test("shows the message before, and its own email under its heading", async () => {
    await open("#subscriber=sub_ben&type=campaign");
    await expect.poll(email).toContain("HELLO-BEN7K2");
    await cell(page, "Ivan Castillo", "already-subscribed").click();
    await expect.poll(email).toContain("HELLO-IVA1A1");
    await page.goBack();
    await expect.poll(heading).toMatch(/Ben/);
    await expect.poll(email).toContain("HELLO-BEN7K2");
    await page.goForward();
    await expect.poll(heading).toMatch(/Ivan/);
    await expect.poll(email).toContain("HELLO-IVA1A1");
  });

  test("leaves no step for a date, a colour or a width", async () => {
    await open("#subscriber=sub_ben&type=campaign");
    await expect.poll(email).toContain("HELLO-BEN7K2");
    const steps = () => page.evaluate("history.length");
    const before = await steps();
    await page.getByRole("button", { name: "Forced dark" }).click();
    await page.getByRole("button", { name: "One day later" }).click();
    await page.getByRole("button", { name: "Desktop" }).click();
    await expect.poll(() => page.url()).toContain("width=desktop");
    await expect.poll(email).toContain("HELLO-BEN7K2");
    expect(await steps()).toBe(before);
  });
});

describe("the editor", () => {
  test.each([30, 45])("keeps every key that is typed, a key each %i ms", async (delay) => {
    await open("#subscriber=sub_ben&view=edit");
    // A slow machine: what is typed comes back to the editor late.
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await editor().click();
    await page.keyboard.press("ControlOrMeta+Home");
    const typed = "The quick brown fox jumps. ";
    await page.keyboard.type(typed, { delay });
    expect(await editorText()).toMatch(new RegExp(`^${typed.trim().replaceAll(".", "\\.")}`));
    await expect.poll(email).toContain(typed.trim());
    expect(await editorText()).toMatch(new RegExp(`^${typed.trim().replaceAll(".", "\\.")}`));
  });

  test("shows a change on disk beside the draft, and overwrites it only when told to", async () => {
    await open("#subscriber=sub_ben&view=edit");
    const file = "templates/welcome.hbs";
    const original = preview.read(file);
    await editor().click();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type("MINE ");
    preview.write(file, `THEIRS ${original}`);
    const theirs = page.getByRole("textbox", { name: `${file} on disk` });
    await expect.poll(() => theirs.inputValue()).toContain("THEIRS");
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    expect(await editorText()).toMatch(/^MINE/);
    expect(preview.read(file)).toMatch(/^THEIRS/);
    await page.getByRole("button", { name: "Keep mine" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(() => preview.read(file).startsWith("MINE "), "the draft on disk");
    expect(await editorText()).toMatch(/^MINE/);
  });

  test("saves a change made after another one was saved elsewhere only over what it began from", async () => {
    await open("#subscriber=sub_ben&view=edit");
    const file = "templates/welcome.hbs";
    await editor().click();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type("A");
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(() => preview.read(file).startsWith("A"), "A on disk");
    await editor().click();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type("B");
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(() => preview.read(file).startsWith("BA"), "BA on disk");
  });

  test("keeps what is typed while a save is under way", async () => {
    await open("#subscriber=sub_ben&view=edit");
    await page.route("**/api/save", async (route) => {
      const answer = await route.fetch();
      await editor().click();
      await page.keyboard.press("ControlOrMeta+Home");
      await page.keyboard.type("B");
      await route.fulfill({ response: answer });
    });
    await editor().click();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type("A");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(email).toMatch(/^\s*BA/);
    await page.unroute("**/api/save");
    await expect.poll(() => page.getByRole("button", { name: "Save" }).isEnabled()).toBe(true);
    expect(await editorText()).toMatch(/^BA/);
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(() => preview.read("templates/welcome.hbs").startsWith("BA"), "BA on disk");
  });

  test("brings drafts back after a reload, and says so", async () => {
    await open("#subscriber=sub_ben&view=edit");
    await editor().click();
    await page.keyboard.press("ControlOrMeta+Home");
    await page.keyboard.type("KEPT ");
    await expect.poll(email).toContain("KEPT");
    await page.reload();
    await page.getByText("Changes that were not saved are back.").waitFor();
    await expect.poll(email).toContain("KEPT");
    await page.getByRole("button", { name: "Discard them" }).click();
    await expect.poll(email).not.toContain("KEPT");
  });

  test("puts changed data into the matrix as well", async () => {
    await open("#subscriber=sub_ann&type=campaign&view=data");
    await expect.poll(editorText).toContain('"Ann"');
    const text = (await editorText()).replace('"Ann"', '"Annabel"');
    await editor().click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText(text);
    await expect.poll(() => cell(page, "Ann Reyes", "campaign").innerText()).toContain("Annabel");
  });
});

test("a template with an error shows nobody else's email", async () => {
  await open("#subscriber=sub_ben&type=campaign");
  await expect.poll(email).toContain("HELLO-BEN7K2");
  preview.write("templates/welcome.hbs", "{{#if");
  await page.locator(".faults").waitFor();
  await expect.poll(email).toContain("HELLO-BEN7K2");
  await cell(page, "Ivan Castillo", "campaign").click();
  await expect.poll(heading).toMatch(/Ivan/);
  await expect.poll(() => page.locator("iframe").count()).toBe(0);
});

test("Redis down says that nothing is known of a person, not that nothing was ever received", async () => {
  await open("#subscriber=sub_ben&if=redis-down");
  const why = page.locator(".why");
  await expect.poll(() => why.innerText()).toContain("cannot be read");
  expect(await why.innerText()).not.toContain("Never received");
});

test("two pages keep each other's emails", async () => {
  await open("#subscriber=sub_ben&type=campaign");
  await expect.poll(email).toContain("HELLO-BEN7K2");
  const frame = await page.locator("iframe").getAttribute("src");
  const other = await openPage(browser, preview, "#template=holiday-email&subscriber=sub_farid");
  for (let day = 0; day < 25; day++) await other.getByRole("button", { name: "One day earlier" }).click({ delay: 60 });
  await other.close();
  expect((await page.request.get(`${preview.origin}${frame}`)).status()).toBe(200);
});

test("an email that is no longer kept is answered by a sentence", async () => {
  await open();
  const gone = await page.request.get(`${preview.origin}/frame/00`, { headers: { accept: "text/html" } });
  expect(gone.status()).toBe(404);
  expect(await gone.text()).toContain("choose the message again");
});

test("a folder that is renamed is a problem on the page, and all is well once it is back", async () => {
  await open("#subscriber=sub_ben");
  const elsewhere = `${preview.folder}-renamed`;
  renameSync(preview.folder, elsewhere);
  writeFileSync(join(elsewhere, "templates/welcome.hbs"), "BACK {{offer.code}}");
  await page.getByRole("alert").filter({ hasText: "no such file or folder" }).waitFor();
  renameSync(elsewhere, preview.folder);
  await expect.poll(email).toContain("BACK HELLO-BEN7K2");
  expect(await page.getByRole("alert").count()).toBe(0);
});

test("partials that name a file are a problem on the page, not the end of the command", async () => {
  await open("#subscriber=sub_ben");
  const definition = JSON.parse(preview.read("preview.json"));
  preview.write("preview.json", JSON.stringify({ ...definition, partials: "templates/welcome.hbs" }));
  await page.getByRole("alert").filter({ hasText: "expected a folder of partials" }).waitFor();
  preview.write("preview.json", JSON.stringify(definition));
  await expect.poll(() => page.getByRole("alert").count()).toBe(0);
});

test("an open page goes on when the command is started again", async () => {
  const state = mkdtempSync(join(tmpdir(), "offer-code-state-"));
  const folder = copyOfExample();
  const port = String(20_000 + (process.pid % 10_000));
  const start = (from: string) => startPreview(["--port", port], from, { ...process.env, XDG_STATE_HOME: state });
  const first = await start(folder);
  page = await openPage(browser, first, "#subscriber=sub_ben&type=campaign");
  await expect.poll(email).toContain("HELLO-BEN7K2");
  await first.stop();
  await cell(page, "Ivan Castillo", "campaign").click();
  await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
  const second = await start(folder);
  expect(second.address).toBe(first.address);
  await expect.poll(() => page.getByRole("alert").count(), { timeout: 20_000 }).toBe(0);
  await expect.poll(heading).toMatch(/Ivan/);
  await second.close();
  rmSync(state, { recursive: true });
});

test("a link from elsewhere opens the page", async () => {
  page = await browser.newPage();
  await page.route("http://chat.example/", (route) =>
    route.fulfill({ contentType: "text/html", body: `<a href="${preview.address}">look</a>` }),
  );
  await page.goto("http://chat.example/");
  await page.getByText("look").click();
  await page.locator(".verdict .code").waitFor();
});

describe("a small or unusual screen", () => {
  const overflow = (of: Page) => of.evaluate("document.documentElement.scrollWidth - innerWidth");

  test.each([
    "",
    "#view=edit",
    "#view=links",
    "#template=reminder-sms",
    "#template=holiday-email&view=source",
  ])("320 pixels are wide enough: %s", async (hash) => {
    page = await openPage(browser, preview, hash, { viewport: { width: 320, height: 640 } });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  test("an exported matrix fits a phone", async () => {
    await open();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    const html = (await (await download.createReadStream()).toArray()).join("");
    const phone = await browser.newPage({ viewport: { width: 320, height: 640 } });
    await phone.setContent(html);
    expect(await overflow(phone)).toBeLessThanOrEqual(0);
    expect(await phone.locator("td").first().innerText()).toContain("Ann, your 10% is inside");
    await phone.close();
  });

  test("fingers find targets of 44 pixels", async () => {
    page = await openPage(browser, preview, "", {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const small = await page.locator("button:visible, select:visible, input:visible").evaluateAll((elements) =>
      elements
        .map(
          (element) =>
            [
              element,
              (element as unknown as { getBoundingClientRect(): { height: number } }).getBoundingClientRect().height,
            ] as const,
        )
        .filter(([element, height]) => height < 44 && (element as unknown as { type: string }).type !== "checkbox")
        .map(([element]) => (element as unknown as { outerHTML: string }).outerHTML),
    );
    expect(small).toEqual([]);
  });

  test("what is chosen shows in forced colours", async () => {
    page = await openPage(browser, preview, "#subscriber=sub_ben&type=campaign", { forcedColors: "active" });
    const outline = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const { getComputedStyle } = globalThis as unknown as {
            getComputedStyle(of: unknown): { outlineStyle: string };
          };
          return getComputedStyle(element).outlineStyle;
        });
    expect(await outline('[aria-current="true"]')).toBe("solid");
    expect(await outline('.tabs [aria-pressed="true"]')).toBe("solid");
  });
});
