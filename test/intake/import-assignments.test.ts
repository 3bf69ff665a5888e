import { createResolver, type Message, memoryStore, type OfferInput, type OfferStore } from "offer-code";
import {
  exportCodesCsv,
  generateCodes,
  type ImportAssignmentsOptions,
  importAssignments,
  importFile,
  streamSource,
} from "offer-code/operations";
import { describe, expect, test } from "vitest";
import { codeList, DAY, message, NOON, stock } from "../fixtures.js";
import { holdingOf } from "../store/contract/tools.js";
import { useRedisStores } from "../store/redis-stores.js";

function sourceOf(text: string) {
  return streamSource(
    (async function* () {
      yield text;
    })(),
    "held.csv",
  );
}

async function shop(offer: Partial<OfferInput> = {}) {
  const store = memoryStore();
  await stock(store, offer, [{ id: "b1", codes: ["NEW-1", "NEW-2", "NEW-3"] }]);
  const run = (text: string, options: ImportAssignmentsOptions = {}) =>
    importAssignments(store, "welcome", sourceOf(text), options);
  const resolver = createResolver({ store, now: () => NOON });
  const shows = async (subscriberId: string, fields: Partial<Message> = {}) => {
    const { code, reason } = await resolver.resolve(message({ subscriberId, id: "next", ...fields }));
    return `${code} ${reason}`;
  };
  return { store, run, shows };
}

const NONE = { known: 0, heldByAnother: 0, inOtherOffer: 0 };

test("the next campaign shows everybody the code of before, redemptions and auto-responses included", async () => {
  const { store, run, shows } = await shop({ window: { type: "time-to-live", amount: 30, unit: "day" } });
  const report = await run(
    [
      "Unique Code,Email,Assigned At,Redeemed At",
      "OLD-1,ann,2026-11-01,",
      "OLD-2,ben,2026-11-01T10:00:00Z,2026-11-02T10:00:00Z",
      "OLD-3,cat,2026-09-01,",
      "OLD-4,ben,2026-06-01,",
    ].join("\n"),
    { signUp: true },
  );
  expect(report).toMatchObject({ added: 4, duplicates: NONE, refused: 0, batches: [{ id: "held", added: 4 }] });
  expect(await shows("ann")).toBe("OLD-1 still-valid");
  expect(await shows("ben")).toBe("NEW-1 redeemed");
  expect(await shows("cat")).toBe("NEW-2 expired");
  expect(await shows("ben", { type: "auto-response" })).toBe("OLD-4 sign-up-offer");
  expect(await store.redeem("old-1", NOON)).toMatchObject({ status: "redeemed", subscriberId: "ann" });
});

test("running it again changes nothing, a dry run says the same before, and an interrupted run is finished by the next", async () => {
  const { store, run } = await shop();
  const text = [
    "code,subscriber,issued_at",
    ...codeList("OLD-", 7000).map((code, at) => `${code},sub_${at},2026-10-01`),
  ].join("\n");
  expect(await run(text, { dryRun: true })).toMatchObject({ added: 7000, dryRun: true });
  expect(await holdingOf(store, "sub_0")).toBeNull();
  const stopping = new AbortController();
  const stopped = await run(text, {
    signal: stopping.signal,
    onProgress: ({ phase, done }) => phase === "adding" && done > 0 && stopping.abort(),
  });
  expect(stopped).toMatchObject({ complete: false, added: 5000 });
  expect(await run(text)).toMatchObject({ complete: true, added: 2000, duplicates: { ...NONE, known: 5000 } });
  expect(await run(text, { dryRun: true })).toMatchObject({ added: 0, duplicates: { ...NONE, known: 7000 } });
});

test("codes of others, and codes of nobody, are counted apart", async () => {
  const { store, run } = await shop();
  await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
  const text =
    "code,subscriber,issued_at,status\nOLD-1,ann,2026-10-01,assigned\nOLD-1,ben,2026-10-01,assigned\nV1,ann,2026-10-01,assigned\nOLD-2,,,unassigned\nOLD-3,cat,2026-10-01,deleted\nNEW-3,dan,2026-10-01,assigned\n";
  expect(await run(text)).toMatchObject({
    added: 2,
    duplicates: { known: 0, heldByAnother: 1, inOtherOffer: 1 },
    leftOut: { free: 1, void: 1 },
  });
  expect(await store.findCode("NEW-3")).toMatchObject({ subscriberId: "dan" });
});

describe("a file that is wrong changes nothing", () => {
  test.each<[string, string, string]>([
    ["no subscriber", "code,issued_at\nOLD-1,2026-10-01\n", "there is no column subscriber_id: name it"],
    ["no instant", "code,email\nOLD-1,ann\n", "no column issued_at says when the codes were given out"],
    ["nobody", "code,email,issued_at\nOLD-1,,\n", "there is no code in it that somebody holds: 1 without a subscriber"],
    ["days that the window ignores", "code,email,issued_at,expires_at\nO1,ann,2026-10-01,2026-12-01\n", "ignores days"],
  ])("%s", async (_, text, complaint) => {
    const { store, run } = await shop();
    await expect(run(text)).rejects.toThrow(`held.csv: ${complaint === "ignores days" ? "" : complaint}`);
    await expect(run(text)).rejects.toThrow(complaint);
    expect(await store.counts("welcome")).toHaveLength(1);
  });

  test("a row that is wrong is refused by its line, and an instant may be given for all", async () => {
    const { run } = await shop();
    const text = "code,email,issued_at\nO1,ann,2026-10-01\nO2,a{b,2026-10-01\nO3,cat,yesterday\nO4,dan,\n";
    expect((await run(text)).refusedAt.map(({ line, why }) => [line, why])).toEqual([
      [3, "a subscriber that is no id"],
      [4, "no instant at which it was issued"],
      [5, "no instant at which it was issued"],
    ]);
    const { run: other, store } = await shop();
    expect(await other("code,email\nO1,ann\n", { issuedAt: new Date(NOON - DAY) })).toMatchObject({ added: 1 });
    expect(await holdingOf(store, "ann")).toMatchObject([{ code: "O1", issuedAt: NOON - DAY }]);
  });
});

test("rows at hand are recorded as well, all of them checked before the first", async () => {
  const { store } = await shop();
  const rows = [
    { code: "O1", subscriberId: "ann", issuedAt: new Date(NOON - DAY), messageId: "m0" },
    { code: "O2", subscriberId: "ann", issuedAt: NOON - 2 * DAY, redeemedAt: new Date(NOON) },
  ];
  await expect(
    importAssignments(store, "welcome", [...rows, { code: "O 3", subscriberId: "ben", issuedAt: NOON }]),
  ).rejects.toThrow("rows[2].code: expected");
  await expect(importAssignments(store, "welcome", [{ code: "O3", subscriberId: "ben" }])).rejects.toThrow(
    "rows[0].issuedAt",
  );
  expect(await holdingOf(store, "ann")).toBeNull();
  expect(await importAssignments(store, "welcome", rows, { batch: "moved" })).toMatchObject({ added: 2 });
  expect(await holdingOf(store, "ann")).toMatchObject([
    { code: "O1", messageId: "m0" },
    { code: "O2", redeemedAt: NOON },
  ]);
});

/** What a message of each type shows each subscriber, with its reason. */
async function answersOf(store: OfferStore, subscribers: readonly string[]): Promise<string[]> {
  const resolver = createResolver({ store, cache: false, now: () => NOON + 3 * DAY });
  const answers: string[] = [];
  for (const subscriberId of subscribers) {
    for (const id of [`${subscriberId}-1`, "new"]) {
      for (const type of ["campaign", "auto-response"] as const) {
        const { code, isSample, reason, issuedAt, expiresAt, batch } = await resolver.peek(
          message({ id, type, subscriberId }),
        );
        answers.push(
          [
            subscriberId,
            id,
            type,
            isSample ? "sample" : `${code} ${batch}`,
            reason,
            issuedAt?.getTime(),
            expiresAt?.getTime(),
          ].join(" "),
        );
      }
    }
  }
  return answers;
}

const WINDOWS: [string, Partial<OfferInput>, string][] = [
  ["never expires", {}, ""],
  ["a time to live", { window: { type: "time-to-live", amount: 2, unit: "day" } }, ""],
  ["a custom period", { window: { type: "custom-period" }, timeZone: "Asia/Tokyo" }, "2026-11-30"],
];

/** Generates, imports, sends and exports in one store, and moves all of it into the other. */
async function roundTrip(
  from: OfferStore,
  into: OfferStore,
  offer: Partial<OfferInput>,
  endsOn: string,
): Promise<void> {
  const subscribers = codeList("sub_", 20);
  const { codes: generated } = await generateCodes("CODE-########", 60);
  const codes = ["-DASH", "Ünïcode1", ...generated];
  for (const store of [from, into]) await store.saveOffer({ id: "welcome", ...offer });
  const text = `code,ends_on\n${codes.map((code) => `${code},${endsOn}`).join("\n")}\n`;
  await importFile(from, "welcome", sourceOf(text), { anyShape: true, at: NOON });
  const resolver = createResolver({ store: from, cache: false, now: () => NOON });
  for (const [at, subscriberId] of subscribers.entries()) {
    for (const store of [from, into]) await store.recordSignUp(subscriberId, "welcome");
    for (const id of ["1", "2", "3"].slice(0, at % 4)) {
      const { code } = await resolver.resolve(message({ id: `${subscriberId}-${id}`, subscriberId }));
      if (at % 3 !== 0) await from.redeem(code as string, NOON + at);
    }
  }
  const exported = () => streamSource(exportCodesCsv(from, "welcome"), "held.csv");
  const report = await importAssignments(into, "welcome", exported());
  expect(report).toMatchObject({ duplicates: NONE, refused: 0 });
  // The codes that nobody had.
  await importFile(into, "welcome", sourceOf(text), { anyShape: true, at: NOON, batch: undefined });
  expect(await answersOf(into, subscribers)).toEqual(await answersOf(from, subscribers));
  expect((await importAssignments(into, "welcome", exported())).added).toBe(0);
}

test.each(
  WINDOWS,
)("generate, import, send, export and import --assigned into an empty store: the same answers under %s", (_, offer, endsOn) =>
  roundTrip(memoryStore(), memoryStore(), offer, endsOn));

describe("in Redis", () => {
  const stores = useRedisStores();

  test.each(WINDOWS)("the same answers under %s", (_, offer, endsOn) =>
    roundTrip(stores.make(), stores.make(), offer, endsOn));
});
