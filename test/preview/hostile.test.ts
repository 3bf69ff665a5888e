import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  cell,
  type Elsewhere,
  launchBrowser,
  openPage,
  type Preview,
  startElsewhere,
  startPreview,
} from "./browser.js";

let browser: Browser;
let preview: Preview;
let page: Page;
let elsewhere: Elsewhere;
let proxy: Elsewhere;

beforeAll(async () => {
  [elsewhere, proxy] = await Promise.all([startElsewhere(), startElsewhere()]);
  // Requests to other machines would go through this proxy.
  const byProxy = [`--proxy-server=http://127.0.0.1:${proxy.port}`, "--proxy-bypass-list=127.0.0.1"];
  [browser, preview] = await Promise.all([launchBrowser(byProxy), startPreview()]);
});

afterAll(async () => {
  await browser?.close();
  await preview?.close();
  elsewhere?.close();
  proxy?.close();
});

afterEach(async () => {
  await page?.close();
});

/** Each of these would, opened by itself in a browser, run a script, send a form, leave the page or connect to another machine. */
const attacks = (target: string) => `
<link rel="preconnect" href="${target}"><link rel="stylesheet" href="${target}/style.css">
<link rel="dns-prefetch" href="${target}"><link rel="prefetch" href="${target}/next"><LINK REL=preload AS=image HREF="${target}/pre">
<base href="${target}/">
<meta http-equiv="refresh" content="0;url=${target}/refreshed">
<meta http-equiv="content-security-policy" content="img-src *; script-src * 'unsafe-inline'">
<script>top.document.title = "owned"; fetch("${target}/script")</script>
<script src="${target}/script.js"></script>
<img src="${target}/pixel.png"><img src=x onerror="top.document.title='owned'">
<body onload="top.document.title='owned'" background="${target}/background.png">
<div style="background:url(${target}/style.png)">styled</div><style>@import url(${target}/import.css); h1 { background: url(${target}/css.png) }</style>
<svg onload="top.document.title='owned'"><image href="${target}/svg.png"/></svg>
<iframe src="${target}/frame"></iframe><object data="${target}/object"></object><embed src="${target}/embed">
<video src="${target}/video" poster="${target}/poster" autoplay></video><audio src="${target}/audio" autoplay></audio>
<form id="form" action="${target}/form" method="post"><input name="code" autofocus onfocus="form.submit()"><button id="send">send</button></form>
<a id="script-link" href="javascript:top.document.title='owned'">script</a>
<a id="top-link" href="${target}/top" target="_top">top</a><a id="blank-link" href="${target}/blank" target="_blank">new</a>
<a id="plain-link" href="${target}/plain" ping="${target}/ping">plain</a>`;

const HOSTILE_NAME = `"><img src=x onerror=alert(1)><script>document.title='owned'</script>`;

describe("a hostile template and a hostile subscriber", () => {
  test("run nothing, send nothing, leave nothing, and no request leaves the machine", async () => {
    const target = `http://127.0.0.1:${elsewhere.port}`;
    const definition = preview.read("preview.json");
    const template = preview.read("templates/holiday.liquid");
    preview.write(
      "templates/holiday.liquid",
      `${attacks(target)}${attacks("https://elsewhere.example")}{{ firstName }}`,
    );
    preview.write(
      "preview.json",
      definition
        .replaceAll('"Farid Haddad"', JSON.stringify(HOSTILE_NAME))
        .replaceAll('"Farid"', JSON.stringify(`Farid${attacks(target)}`)),
    );
    page = await openPage(browser, preview, "#template=holiday-email&subscriber=sub_farid");
    const requests: string[] = [];
    const popups: unknown[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("popup", (popup) => popups.push(popup));
    const frame = page.frameLocator("iframe");
    await expect.poll(() => frame.locator("body").innerText()).toContain("styled");
    for (const id of ["send", "script-link", "top-link", "blank-link", "plain-link"]) {
      const target = frame.locator(`#${id}`).first();
      await target.click({ timeout: 2000, noWaitAfter: true });
      for (const modifier of ["ControlOrMeta", "Shift", "Alt"] as const)
        await target.click({ timeout: 2000, noWaitAfter: true, modifiers: [modifier] });
      await target.click({ timeout: 2000, noWaitAfter: true, button: "middle" });
      await page.reload();
      await expect.poll(() => frame.locator("body").innerText()).toContain("styled");
    }
    for (const scheme of ["Dark", "Forced dark"]) await page.getByRole("button", { name: scheme, exact: true }).click();
    await page.getByRole("button", { name: "Source" }).click();
    expect(await page.title()).toBe("Holiday email preview, Northlight Coffee");
    expect(page.url()).toContain(preview.origin);
    expect(await page.locator(".detail h2").innerText()).toContain(HOSTILE_NAME);
    expect(await page.locator(".matrix tbody th", { hasText: "onerror=alert(1)" }).locator("img, script").count()).toBe(
      0,
    );
    expect(popups).toEqual([]);
    expect(
      requests.filter((url) => !url.startsWith(preview.origin) && !url.startsWith("data:") && !isBlocked(url, target)),
    ).toEqual([]);
    expect(visits()).toEqual([]);
    preview.write("preview.json", definition);
    preview.write("templates/holiday.liquid", template);
  });

  test("remote images are fetched only when they are asked for", async () => {
    const template = preview.read("templates/holiday.liquid");
    const picture = `http://127.0.0.1:${elsewhere.port}/picture.png`;
    preview.write(
      "templates/holiday.liquid",
      template.replace("https://images.northlight.example/holiday.jpg", picture),
    );
    page = await openPage(browser, preview, "#template=holiday-email&subscriber=sub_farid");
    await expect.poll(() => page.frameLocator("iframe").locator("img").getAttribute("src")).toBe(picture);
    expect(visits()).toEqual([]);
    await page.getByLabel("Remote images").check();
    await expect.poll(visits).toEqual(["GET /picture.png HTTP/1.1"]);
    preview.write("templates/holiday.liquid", template);
  });
});

describe("a template without end", () => {
  const nested = (depth: number, inner: string): string =>
    depth === 0 ? inner : `{{#each @root.many}}${nested(depth - 1, inner)}{{/each}}`;

  test.each([
    ["loops in Handlebars", "welcome-email", nested(9, "x"), "took longer than"],
    ["partials that call each other", "welcome-email", '{{#*inline "me"}}{{> me}}{{/inline}}{{> me}}', "without end"],
    [
      "loops in Liquid",
      "holiday-email",
      "{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}{{ a }}{% endfor %}{% endfor %}{% endfor %}",
      "limit",
    ],
    ["a great range in Liquid", "holiday-email", "{% for a in (1..999999999) %}{{ a }}{% endfor %}", "limit"],
  ])("is ended, and the page lives on: %s", async (_, template, source, text) => {
    page = await openPage(browser, preview, `#template=${template}&subscriber=sub_ben&view=edit`);
    await page.getByRole("button", { name: "Edit data" }).click();
    await fill(JSON.stringify({ firstName: "Ben", many: Array.from({ length: 50 }, (_, n) => n) }));
    await page.getByRole("button", { name: "Edit template" }).click();
    await fill(source);
    await expect.poll(() => page.getByRole("alert").innerText(), { timeout: 15_000 }).toContain(text);
    await page.getByRole("button", { name: "Undo all" }).click();
    await expect.poll(() => page.getByRole("alert").count(), { timeout: 15_000 }).toBe(0);
    await cell(page, "Grace Kim", "campaign").click();
    await expect.poll(() => page.frameLocator("iframe").locator("body").innerText()).toContain("Grace");
  });

  async function fill(text: string): Promise<void> {
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
  }
});

/** The page's requests to others. The browser makes some of its own, and opens connections to its proxy that carry none yet. */
function visits(): string[] {
  const ofBrowser = /\bgoogle(apis)?\.com\b|^a connection$/;
  return [...elsewhere.visits, ...proxy.visits.filter((visit) => !ofBrowser.test(visit))];
}

/** The browser names a request that the policy stopped, or that the sandbox refused, before it sends it. */
function isBlocked(url: string, target: string): boolean {
  return url.startsWith(target) || url.startsWith("https://elsewhere.example");
}
