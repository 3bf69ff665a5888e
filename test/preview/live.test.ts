import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { importCodes } from "offer-code";
import { type RedisStore, redisStore } from "offer-code/redis";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisServer, startRedis } from "../setup/redis.js";
import { COMMAND, cell, copyOfExample, launchBrowser, openPage, type Preview, startPreview } from "./browser.js";

const PASSWORD = "s3cret-of-the-reader";
/** A store that does not answer is given two seconds. */
const LONG = { timeout: 12_000, interval: 500 };
const run = promisify(execFile);

let redis: RedisServer;
let client: Redis;
let store: RedisStore;
let browser: Browser;
let address: string;

beforeAll(async () => {
  [redis, browser] = await Promise.all([startRedis(), launchBrowser()]);
  client = new Redis(redis.url);
  store = redisStore(client);
  await store.saveOffer({
    id: "welcome10",
    name: "10% off",
    window: { type: "time-to-live", amount: 90, unit: "day" },
  });
  await importCodes(store, "welcome10", ["LIVE-AAA111", "LIVE-BBB222", "LIVE-CCC333"], { batch: "live" });
  await store.recordSignUp("sub_ben", "welcome10");
  const state = await store.loadOffer("welcome10");
  const item = { subscriberId: "sub_ben", messageId: "m1", holding: null, reusable: null };
  await store.claim({
    offerId: "welcome10",
    revision: state?.revision ?? 0,
    from: [0],
    now: Date.UTC(2026, 10, 20),
    items: [item],
  });
  // May read and run read-only scripts, and nothing else.
  await client.call(
    "ACL",
    "SETUSER",
    "reader",
    "on",
    `>${PASSWORD}`,
    "%R~oc:*",
    "resetchannels",
    "-@all",
    "+@read",
    "+eval_ro",
    "+evalsha_ro",
    "+ping",
    "+info",
  );
  address = `redis://reader:${PASSWORD}@${redis.host}:${redis.port}`;
});

afterAll(async () => {
  await browser?.close();
  client?.disconnect();
});

/** Everything that Redis holds, byte for byte. */
async function contents(): Promise<Record<string, string>> {
  const keys = (await client.keys("*")).sort();
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
  return Object.fromEntries(keys.map((key, place) => [key, dumps[place]?.toString("base64") ?? ""]));
}

describe("a preview of a live store", () => {
  test("needs a Redis user that may not write, and leaves everything as it was", async () => {
    const reader = new Redis(address);
    await expect(reader.set("oc:x", "1")).rejects.toThrow(/NOPERM/);
    reader.disconnect();
    const before = await contents();
    const counts = await store.counts("welcome10");
    const preview = await startPreview(["--redis", address]);
    const page = await openPage(browser, preview, "#subscriber=sub_ben");
    expect(await page.locator(".verdict .code").innerText()).toBe("LIVE-AAA111");
    expect(await cell(page, "Ann Reyes", "campaign").innerText()).toMatch(/SAMP-LES000\s+New first code\s*sample/);
    expect(await cell(page, "Ben Okafor", "auto-response").innerText()).toContain("LIVE-AAA111");
    expect(await cell(page, "Ann Reyes", "auto-response").innerText()).toContain("no sign-up offer");
    for (const name of ["Redeemed", "Pool empty", "Redis down"])
      await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("button", { name: "Back to the facts" }).click();
    await page.getByLabel(/As of/).fill("2027-06-01T09:00");
    await page.getByLabel(/As of/).blur();
    await expect.poll(() => page.locator(".verdict .sentence").first().innerText()).toContain("has expired");
    for (const template of ["holiday-email", "reminder-sms", "vip-sms", "help-sms"]) {
      await page.getByLabel("Template").selectOption(template);
      await page.locator(`.verdict .code`).waitFor();
    }
    await page.getByRole("button", { name: "Export" }).click();
    expect(await secretsIn(preview, await page.content())).toEqual([]);
    await page.close();
    await preview.close();
    expect(await store.counts("welcome10")).toEqual(counts);
    expect(await contents()).toEqual(before);
  });

  test("writes nothing even as a user that may", async () => {
    const before = await contents();
    const { stdout } = await run(process.execPath, [
      COMMAND,
      "render",
      "welcome-email",
      "--folder",
      "examples/preview",
      "--subscriber",
      "sub_ann",
      "--redis",
      redis.url,
    ]);
    expect(stdout).toContain("SAMP-LES000");
    expect(await contents()).toEqual(before);
  });

  test("shows what would be sent while Redis is away, and neither its address nor its password", async () => {
    const preview = await startPreview(["--redis", address]);
    const page = await openPage(browser, preview, "#subscriber=sub_ben");
    expect(await page.locator(".verdict .code").innerText()).toBe("LIVE-AAA111");
    redis.pause();
    try {
      await page.getByRole("button", { name: "Read again" }).click();
      await expect.poll(() => page.locator(".verdict").innerText(), LONG).toContain("the store cannot be reached");
      expect(await secretsIn(preview, await page.content())).toEqual([]);
    } finally {
      redis.resume();
    }
    await expect
      .poll(async () => {
        const answered = page.waitForResponse(/api\/message/);
        await page.getByRole("button", { name: "Read again" }).click();
        await answered;
        return page.locator(".verdict .code").innerText();
      }, LONG)
      .toBe("LIVE-AAA111");
    await page.close();
    await preview.close();
  });

  test("that cannot be reached fails a check, in one line without the password", async () => {
    const folder = copyOfExample();
    const nowhere = `redis://reader:${PASSWORD}@127.0.0.1:1`;
    const { code, stderr } = await run(process.execPath, [COMMAND, "check", folder, "--redis", nowhere]).catch(
      (error) => error,
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/^offer-code: .*the live store cannot be reached\n$/);
    expect(stderr).not.toContain(PASSWORD);
  });
});

describe("a live store that there is not", () => {
  const check = (redis: string, ...more: string[]) =>
    run(process.execPath, [COMMAND, "preview", "examples/preview", "--port", "0", "--redis", redis, ...more]).catch(
      (error) => error,
    );

  test.each<[string, () => [string, ...string[]], RegExp, number]>([
    [
      "host",
      () => ["redis://nowhere.invalid"],
      /Redis at nowhere\.invalid:6379: (there is no host|the name of the host)/,
      3,
    ],
    ["port", () => ["redis://127.0.0.1:1"], /Redis at 127\.0\.0\.1:1: nothing answers there/, 3],
    ["password", () => [address.replace(PASSWORD, "wrong")], /it refuses this user or password/, 3],
    [
      "prefix",
      () => [redis.url, "--prefix", "none"],
      /--prefix: expected the prefix of a store with offers, but got: "none"/,
      2,
    ],
    ["prefix for this user", () => [address, "--prefix", "none"], /--prefix: expected a prefix that this user/, 2],
  ])("by a wrong %s is named before the preview starts", async (_, args, expected, code) => {
    const result = await check(...args());
    expect(result.stderr).toMatch(expected);
    expect(result.stdout).toBe("");
    expect(result.code).toBe(code);
    expect(result.stderr).not.toContain(PASSWORD);
  });

  test("with a password on the command line is warned of, and not where a variable has it", async () => {
    const args = [COMMAND, "check", "examples/preview"];
    const named = await run(process.execPath, [...args, "--redis", address]).catch((error) => error);
    expect(named.stderr).toContain("offer-code: warning: the password of Redis is on the command line");
    const env = { ...process.env, OFFER_CODE_REDIS: address };
    const variable = await run(process.execPath, args, { env }).catch((error) => error);
    expect(variable.stderr).toBe("");
  });
});

/** Which of the secrets occur in the page, its responses or the command's output. */
async function secretsIn(preview: Preview, page: string): Promise<string[]> {
  const ask = async (path: string, body?: unknown) => {
    const headers = { "x-offer-code-token": preview.token, "content-type": "application/json" };
    const response = await fetch(
      `${preview.origin}/api/${path}`,
      body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) },
    );
    return response.text();
  };
  const answers = await Promise.all([
    ask("workspace"),
    ask("matrix", { template: "welcome-email" }),
    ask("message", { template: "welcome-email", subscriber: "sub_ann", type: "campaign" }),
    ask("report", { template: "welcome-email" }),
  ]);
  const said = [page, preview.printed(), ...answers].join("\n");
  return [PASSWORD, `${redis.port}`, "redis://", "reader:"].filter((secret) => said.includes(secret));
}
