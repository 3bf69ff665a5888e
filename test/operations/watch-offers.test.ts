import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryStore, type OfferStore } from "offer-code";
import { type OfferSignal, offerSignals, watchOffers, webhook } from "offer-code/operations";
import { afterEach, describe, expect, test } from "vitest";
import { codeList, DAY, NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A hook that answers with these statuses in turn, and then 204. */
async function hook(...statuses: number[]) {
  const posts: { body: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    posts.push({ body, headers: request.headers });
    response.writeHead(statuses.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, posts };
}

async function lowStore(): Promise<OfferStore> {
  const store = memoryStore();
  await stock(store, { lowStock: [5, 2] }, [{ id: "b1", codes: codeList("C", 4) }]);
  return store;
}

const LOW = { type: "low-stock", offerId: "welcome", left: 4, level: 5 };

describe("batches that end", () => {
  const at = (day: string) => Date.parse(`2026-11-${day}T18:00:00-05:00`);
  const ending = async () => {
    const store = memoryStore();
    await stock(store, { window: { type: "custom-period" }, timeZone: "America/New_York" }, [
      { id: "november", codes: ["A1", "B2"], endsOn: "2026-11-30" },
      { id: "spent", codes: [], endsOn: "2026-11-30" },
      { id: "open", codes: ["C1"], startsOn: "2026-11-01" },
    ]);
    await claim(store, "ann", "m1");
    return store;
  };

  test.each([
    ["22", null],
    ["24", 7],
    ["29", 7],
    ["30", 1],
  ])("on 2026-11-%s the level is %s", async (day, level) => {
    const signals = await offerSignals(await ending(), "welcome", { at: at(day) });
    const expected = { type: "batch-ending", batch: "november", endsOn: "2026-11-30", level, inPool: 1, unredeemed: 1 };
    expect(signals).toMatchObject(level === null ? [] : [expected]);
  });

  test("are reported once for each number of days, and not once they are over", async () => {
    const store = await ending();
    const told: OfferSignal[] = [];
    for (const day of ["20", "24", "25", "30", "30"]) {
      await watchOffers(store, async (signal) => void told.push(signal), { at: at(day) });
    }
    await watchOffers(store, async (signal) => void told.push(signal), { at: at("30") + DAY });
    expect(told.map(({ level }) => level)).toEqual([7, 1]);
  });
});

describe("watching", () => {
  test("reports each signal once over all who watch, and again after the stock had recovered", async () => {
    const store = await lowStore();
    const told: OfferSignal[] = [];
    const look = () => watchOffers(store, async (signal) => void told.push(signal), { at: NOON });
    await Promise.all([look(), look(), look()]);
    expect(told).toEqual([LOW]);
    for (const id of ["a", "b", "c"]) await claim(store, id, "m1");
    await look();
    expect(told).toEqual([LOW, { ...LOW, left: 1, level: 2 }]);
    await store.addCodes("welcome", { id: "more" }, codeList("M", 9));
    await look();
    await store.withdraw("welcome", "more");
    await look();
    await look();
    expect(told.slice(2)).toEqual([{ ...LOW, left: 1, level: 2 }]);
  });

  test("posts a signal as JSON with the signature of its body", async () => {
    const { url, posts } = await hook();
    const { delivered } = await watchOffers(await lowStore(), webhook({ url, secret: "s3cret" }), { at: NOON });
    expect(delivered).toEqual([LOW]);
    expect(posts).toHaveLength(1);
    const [{ body, headers }] = posts as [(typeof posts)[number]];
    expect(JSON.parse(body)).toEqual(LOW);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["x-offer-code-signature"]).toBe(
      `sha256=${createHmac("sha256", "s3cret").update(body).digest("hex")}`,
    );
  });

  test("tries a post again that fails, and in the next round where all tries fail", async () => {
    const store = await lowStore();
    const { url, posts } = await hook(500, 503);
    const deliver = webhook({ url, attempts: 2, pause: 1 });
    const first = await watchOffers(store, deliver, { at: NOON });
    expect(first).toMatchObject({ delivered: [], failed: [{ signal: LOW, error: { message: "answered 503" } }] });
    expect((await watchOffers(store, deliver, { at: NOON })).delivered).toEqual([LOW]);
    expect(await watchOffers(store, deliver, { at: NOON })).toEqual({ delivered: [], known: 1, failed: [] });
    expect(posts).toHaveLength(3);
  });

  test("an address that is none is refused", () => {
    expect(() => webhook({ url: "example.com" })).toThrow(
      "webhook: expected an address such as https://example.com/hook",
    );
    expect(() => webhook({ url: "file:///etc/passwd" })).toThrow("webhook: expected an address");
  });
});
