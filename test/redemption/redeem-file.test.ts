import { memoryStore } from "offer-code";
import { exportCodesCsv, redeemFile, streamSource } from "offer-code/operations";
import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

function file(text: string) {
  return streamSource(
    (async function* () {
      yield text;
    })(),
    "used.csv",
  );
}

test("a file redeems its codes, each at its instant, and reports the rest by line", async () => {
  const store = memoryStore();
  await stock(store);
  const text =
    "code,redeemed_at\nA1,2026-11-05\nb2,2026-11-05T10:00:00+02:00\nA1,2026-11-06\nNOPE,2026-11-06\nC3,soon\ntwo words,\nC3,\n";
  expect(await redeemFile(store, file(text), { at: NOON })).toEqual({
    redeemed: 2,
    alreadyRedeemed: 1,
    notRedeemed: 1,
    unknown: 1,
    unknownAt: [{ line: 5, code: "NOPE" }],
    refused: 2,
    refusedAt: [
      { line: 6, value: "soon", why: "not an instant such as 2026-11-30T18:00:00Z" },
      { line: 7, value: "two words", why: "a blank inside" },
    ],
  });
  expect(await store.findCode("A1")).toMatchObject({ redeemedAt: Date.UTC(2026, 10, 5) });
  expect(await store.findCode("B2")).toMatchObject({ redeemedAt: Date.UTC(2026, 10, 5, 8) });
});

test("a day that the calendar does not have is no instant", async () => {
  const store = memoryStore();
  await stock(store);
  const text = "code,redeemed_at\nA1,2026-02-30\nB2,2026-02-29T10:00:00Z\nC3,2028-02-29\n";
  const report = await redeemFile(store, file(text), { at: NOON });
  expect(report).toMatchObject({ redeemed: 1, refused: 2 });
  expect(report.refusedAt.map(({ value }) => value)).toEqual(["2026-02-30", "2026-02-29T10:00:00Z"]);
});

test("a file of codes alone redeems them at the instant given, and again nothing", async () => {
  const store = memoryStore();
  const codes = codeList("C", 1000);
  await stock(store, {}, [{ id: "b1", codes }]);
  const none = { notRedeemed: 0, unknown: 0, unknownAt: [], refused: 0, refusedAt: [] };
  const report = await redeemFile(store, file(codes.join("\n")), { at: NOON });
  expect(report).toEqual({ redeemed: 1000, alreadyRedeemed: 0, ...none });
  const again = await redeemFile(store, file(codes.join("\n")), { at: NOON + 1 });
  expect(again).toEqual({ redeemed: 0, alreadyRedeemed: 1000, ...none });
  expect(await store.findCode("C999")).toMatchObject({ redeemedAt: NOON });
});

test("a file without a code is refused", async () => {
  await expect(redeemFile(memoryStore(), file("code\n"), { at: NOON })).rejects.toThrow(
    "used.csv: there is no code in it",
  );
});

test("a file that says which codes were used redeems those alone", async () => {
  for (const text of [
    "Coupon Code,Created,Used,Times Used\nA1,2026-10-01,No,0\nB2,2026-10-01,Yes,1\n",
    "Code;State\nA1;active\nB2;used\n",
    "code,redeemed at\nA1,\nB2,2026-11-02 10:00:00\n",
  ]) {
    const store = memoryStore();
    await stock(store);
    expect(await redeemFile(store, file(text), { at: new Date(NOON) })).toMatchObject({ redeemed: 1, notRedeemed: 1 });
    expect(await store.findCode("A1")).toMatchObject({ redeemedAt: null });
  }
});

test("the package's own export redeems what was redeemed, and nothing else", async () => {
  const store = memoryStore();
  await stock(store, {}, [{ id: "b1", codes: ["-DASH1", "A1"] }]);
  await claim(store, "ann", "m1");
  await claim(store, "ben", "m1");
  await store.redeem("-DASH1", NOON);
  const other = memoryStore();
  await stock(other, {}, [{ id: "b1", codes: ["-DASH1", "A1"] }]);
  const source = streamSource(exportCodesCsv(store, "welcome"), "given-out.csv");
  expect(await redeemFile(other, source, { at: NOON + 1 })).toMatchObject({ redeemed: 1, notRedeemed: 1, refused: 0 });
  expect(await other.findCode("-DASH1")).toMatchObject({ redeemedAt: NOON });
});
