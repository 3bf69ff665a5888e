// Makes the pictures of the preview page: npm run build && node page/make-screenshots.js
// Needs Chromium, which the tests install: the program that CHROMIUM_BIN names, or the one on the PATH.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startPreview } from "../dist/src/preview/index.js";
import { chromium as browserPackage, findPackage } from "../test/setup/system-package.js";

const executablePath = findPackage(browserPackage);
const picture = (name) => fileURLToPath(new URL(`../docs/${name}.png`, import.meta.url));
const folder = fileURLToPath(new URL("../examples/preview", import.meta.url));
const QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const PICTURES = [
  { name: "preview-desktop", width: 1440, height: 1180, hash: "#subscriber=sub_ben&width=desktop" },
  {
    name: "preview-dark",
    width: 1440,
    height: 1180,
    hash: "#template=holiday-email&subscriber=sub_farid&scheme=dark&at=2026-12-03T09:00",
    dark: true,
  },
  { name: "preview-phone", width: 360, height: 800, scroll: true, hash: "#template=reminder-sms&subscriber=sub_zoe" },
];

const preview = await startPreview(folder);
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--no-first-run", "--disable-quic", ...QUIET],
});
try {
  for (const { name, width, height, hash, dark = false, scroll = false } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
    await page.goto(preview.address + hash);
    await page.locator(".verdict .code").waitFor();
    await page.waitForLoadState("networkidle").catch(() => {});
    if (scroll) await page.locator("#message").evaluate((message) => message.scrollIntoView());
    await page.screenshot({ path: picture(name) });
    await page.close();
    console.log(picture(name));
  }
} finally {
  await browser.close();
  await preview.close();
}
