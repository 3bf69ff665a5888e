// Many renderings at once, over HTTP as the page asks for them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Preview, startPreview } from "./browser.js";

let preview: Preview;

beforeAll(async () => {
  preview = await startPreview();
});
afterAll(() => preview?.close());

const question = (body: string) => ({
  template: "welcome-email",
  subscriber: "sub_ben",
  type: "campaign",
  draft: { body },
});
const ENDLESS = "{{#each @root.many}}".repeat(9) + "x" + "{{/each}}".repeat(9);
const many = Array.from({ length: 50 }, (_, number) => number);

async function message(body: string, signal?: AbortSignal) {
  const response = await fetch(`${preview.origin}/api/message`, {
    method: "POST",
    headers: { "x-offer-code-token": preview.token, "content-type": "application/json" },
    body: JSON.stringify({ ...question(body), edited: { sub_ben: { firstName: "Ben", many } } }),
    ...(signal && { signal }),
  });
  return (await response.json()) as { parts: { body?: string }; faults: { message: string }[] };
}

test("the newest message is rendered before older ones that take for ever", async () => {
  const order: string[] = [];
  expect((await message("warm")).parts.body).toBe("warm");
  const endless = Array.from({ length: 6 }, () => message(ENDLESS).then(() => order.push("endless")));
  const last = message("good").then(({ parts }) => order.push(parts.body ?? ""));
  await Promise.all([...endless, last]);
  expect(order.indexOf("good")).toBeLessThan(5);
  expect(order).toHaveLength(7);
});

test("a message that nobody waits for any more costs those after it nothing", async () => {
  const gone = new AbortController();
  const endless = Array.from({ length: 6 }, () => message(ENDLESS, gone.signal).catch(() => "given up"));
  gone.abort();
  expect(await Promise.all(endless)).toEqual(Array(6).fill("given up"));
  expect((await message("good")).parts.body).toBe("good");
});

test("an email that its scan cannot come to the end of is ended, and the next is rendered", async () => {
  const { faults } = await message("<svg><title>".repeat(75_000));
  expect(faults[0]?.message).toMatch(/took longer than|too much memory/);
  expect((await message("good")).parts.body).toBe("good");
});
