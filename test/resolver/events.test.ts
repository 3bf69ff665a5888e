import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { Redis } from "ioredis";
import { createResolver, importCodes, memoryStore, type OfferEvent, type OfferInput, type Resolver } from "offer-code";
import { eventMetrics, openTelemetryEvents } from "offer-code/otel";
import { redisStore } from "offer-code/redis";
import { afterEach, describe, expect, test, vi } from "vitest";
import { codeList, message, stock } from "../fixtures.js";
import { startFaultProxy } from "../setup/fault-proxy.js";
import { startRedis } from "../setup/redis.js";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** A resolver over the offer `welcome` with some codes, and its events. */
async function listened(codes: number, offer: Partial<OfferInput> = {}) {
  const store = memoryStore();
  await stock(store, offer, [{ id: "b1", codes: codeList("C", codes) }]);
  const events: OfferEvent[] = [];
  const resolver = createResolver({ store, onEvent: (event) => events.push(event) });
  ending.push(() => resolver.close());
  return { store, resolver, events, types: () => events.map(({ type }) => type) };
}

function resolveFor(resolver: Resolver, ...subscribers: string[]) {
  return resolver.resolveMany(subscribers.map((id) => message({ id: `for ${id}`, subscriberId: id })));
}

describe("a resolver tells", () => {
  test("which message claimed a code, and which keeps one, by the cache or by the store", async () => {
    const { resolver, events } = await listened(3);
    await resolver.resolve(message({ id: "m1" }));
    await resolver.resolve(message({ id: "m2" }));
    await resolver.resolve(message({ id: "m3" }));
    const about = { offerId: "welcome", subscriberId: "ann" };
    expect(events).toEqual([
      { type: "claimed", reason: "first-code", batch: "b1", messageId: "m1", ...about },
      { type: "kept", reason: "still-valid", fromCache: false, messageId: "m2", ...about },
      { type: "kept", reason: "still-valid", fromCache: true, messageId: "m3", ...about },
    ]);
  });

  test("a claim once, however many parts of the message ask, at once or later", async () => {
    const { resolver, types } = await listened(3);
    await Promise.all([resolver.resolve(message()), resolver.resolve(message()), resolver.resolve(message())]);
    await resolver.resolve(message());
    expect(types()).toEqual(["claimed", "kept"]);
  });

  test("no code in an event", async () => {
    const { resolver, events } = await listened(3);
    await resolver.resolve(message());
    expect(JSON.stringify(events)).not.toContain("C0");
  });

  test.each([
    ["unknown-offer", message({ offerId: "nowhere" })],
    ["no-sign-up-offer", message({ type: "auto-response" })],
  ])("that there is no code to give, and why: %s", async (reason, asking) => {
    const { resolver, events } = await listened(1);
    await resolver.resolve(asking);
    expect(events).toMatchObject([{ type: "unavailable", reason, isFallback: false, subscriberId: "ann" }]);
  });

  test("that a fallback stood in, and why", async () => {
    const { resolver, events } = await listened(0, { whenUnavailable: { action: "fallback", code: "SAVE5" } });
    await resolver.resolve(message());
    expect(events).toMatchObject([
      { type: "unavailable", reason: "pool-empty", isFallback: true },
      { type: "pool-empty" },
    ]);
  });

  test("low stock once when the level is crossed, and again after it had recovered", async () => {
    const { resolver, store, events } = await listened(6, { lowStock: 4 });
    const low = () => events.filter(({ type }) => type === "low-stock");
    await resolveFor(resolver, "a", "b");
    expect(low()).toEqual([]);
    await resolveFor(resolver, "c");
    await resolveFor(resolver, "d");
    expect(low()).toEqual([{ type: "low-stock", offerId: "welcome", left: 3, level: 4 }]);
    await importCodes(store, "welcome", codeList("D", 4), { batch: "b2" });
    await resolveFor(resolver, "e");
    expect(low()).toHaveLength(1);
    await resolveFor(resolver, "f", "g");
    expect(low()).toEqual([low()[0], { type: "low-stock", offerId: "welcome", left: 3, level: 4 }]);
  });

  test("each of several levels is reported once, and the lowest alone where several are passed", async () => {
    const { resolver, store, events } = await listened(8, { lowStock: [6, 4, 2] });
    const levels = () => events.flatMap((event) => (event.type === "low-stock" ? [[event.left, event.level]] : []));
    const send = async (from: number, to: number) => {
      for (let at = from; at < to; at++) await resolver.resolve(message({ id: `l${at}`, subscriberId: `l${at}` }));
    };
    await send(0, 5);
    expect(levels()).toEqual([
      [5, 6],
      [3, 4],
    ]);
    await store.addCodes("welcome", { id: "more" }, ["M1", "M2", "M3", "M4"]);
    await send(5, 6);
    await store.withdraw("welcome", "more");
    await send(6, 7);
    expect(levels()).toEqual([
      [5, 6],
      [3, 4],
      [1, 2],
    ]);
  });

  test("an empty pool once, and again after codes had come in and were gone", async () => {
    const { resolver, store, types } = await listened(1);
    const empty = () => types().filter((type) => type === "pool-empty").length;
    await resolveFor(resolver, "a", "b", "c");
    await resolveFor(resolver, "d");
    expect(empty()).toBe(1);
    await importCodes(store, "welcome", ["D1"], { batch: "b2" });
    await resolveFor(resolver, "e");
    expect(empty()).toBe(1);
    await resolveFor(resolver, "f");
    expect(empty()).toBe(2);
  });

  test("once that Redis is away, and once that it is back", async () => {
    const server = await startRedis();
    const proxy = await startFaultProxy(server);
    const client = new Redis(proxy.url, { maxRetriesPerRequest: 0, commandTimeout: 2000, retryStrategy: () => 20 });
    client.on("error", () => {});
    const store = redisStore(client, { timeout: 3000 });
    await stock(store);
    const events: OfferEvent[] = [];
    const resolver = createResolver({ store, cache: false, onEvent: (event) => events.push(event) });
    ending.push(
      () => resolver.close(),
      () => client.disconnect(),
      () => proxy.close(),
    );
    const types = () => events.map(({ type }) => type).filter((type) => type.startsWith("store-"));
    await resolveFor(resolver, "a");
    proxy.refuse();
    proxy.cutAll();
    await resolveFor(resolver, "b");
    await resolveFor(resolver, "c", "d");
    expect(types()).toEqual(["store-unavailable"]);
    await proxy.heal();
    await vi.waitFor(async () => {
      const [answer] = await resolveFor(resolver, "b");
      expect(answer?.code).not.toBeNull();
    }, 15_000);
    await resolveFor(resolver, "c");
    expect(types()).toEqual(["store-unavailable", "store-available"]);
    expect(events.find(({ type }) => type === "store-available")).toMatchObject({ unavailableFor: expect.any(Number) });
  });
});

test("a listener that throws stops no message", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const store = memoryStore();
  await stock(store);
  const resolver = createResolver({
    store,
    onEvent: () => {
      throw new Error("no disk");
    },
  });
  expect((await resolver.resolve(message())).code).toBe("A1");
  expect(warned).toHaveBeenCalledWith("onEvent threw: no disk", "OfferCodeWarning");
  warned.mockRestore();
  await resolver.close();
});

test("a listener that is no function is refused", () => {
  expect(() => createResolver({ store: memoryStore(), onEvent: "log" as never })).toThrow(
    'options.onEvent: expected a function that takes an event, but got: "log"',
  );
});

test("events are counted as OpenTelemetry metrics, by offer and reason", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  ending.push(
    () => metrics.disable(),
    () => provider.shutdown(),
  );
  const store = memoryStore();
  await stock(store, { lowStock: 2 }, [{ id: "b1", codes: ["A1", "B2"] }]);
  const onEvent = await openTelemetryEvents();
  expect(onEvent).toBeTypeOf("function");
  const resolver = createResolver({ store, onEvent });
  ending.push(() => resolver.close());
  await resolveFor(resolver, "a", "b", "c");
  await resolver.resolve(message({ id: "next", subscriberId: "a" }));
  await reader.forceFlush();
  const counted = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [descriptor.name, attributes, value]),
    );
  expect(counted).toEqual([
    ["offer_code.claimed", { offer: "welcome", reason: "first-code" }, 2],
    ["offer_code.kept", { offer: "welcome", reason: "still-valid", cache: "miss" }, 1],
    ["offer_code.unavailable", { offer: "welcome", reason: "pool-empty", fallback: false }, 1],
    ["offer_code.low_stock", { offer: "welcome" }, 1],
    ["offer_code.pool_empty", { offer: "welcome" }, 1],
  ]);
});

test("a meter may be handed in", async () => {
  const counted: unknown[] = [];
  const meter = {
    createCounter: (name: string) => ({
      add: (value: number, attributes?: object) => counted.push([name, value, attributes]),
    }),
  };
  eventMetrics(meter)({ type: "pool-empty", offerId: "welcome" });
  expect(counted).toEqual([["offer_code.pool_empty", 1, { offer: "welcome" }]]);
});
