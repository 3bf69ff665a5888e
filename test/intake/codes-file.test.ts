import { memoryStore, type OfferInput } from "offer-code";
import { exportCodesCsv, type ImportFileOptions, importFile, streamSource } from "offer-code/operations";
import { describe, expect, test } from "vitest";
import { codeList, NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

const DATED: Partial<OfferInput> = { window: { type: "custom-period" }, timeZone: "America/New_York" };

async function shop(offer: Partial<OfferInput> = {}) {
  const store = memoryStore();
  await store.saveOffer({ id: "welcome", ...offer });
  const run = (text: string, options: ImportFileOptions = {}) =>
    importFile(store, "welcome", sourceOf(text), { at: NOON, ...options });
  return { store, run };
}

function sourceOf(text: string) {
  return streamSource(
    (async function* () {
      for (let at = 0; at < text.length; at += 65_536) yield text.slice(at, at + 65_536);
    })(),
    "codes.csv",
  );
}

/** The report of a file, and the codes that it brought into the pool. */
async function read(text: string, options: ImportFileOptions = {}, offer: Partial<OfferInput> = {}) {
  const { store, run } = await shop(offer);
  const report = await run(text, options);
  const codes: string[] = [];
  for (const [place] of ((await store.loadOffer("welcome"))?.batches ?? []).entries()) {
    for (let at = 0; at < 1000; at++) {
      const answer = await claim(store, `${place}-${at}`, "m1", { from: [place] });
      if (answer.status !== "claimed") break;
      codes.push(answer.holding[0].code);
    }
  }
  return { report, codes };
}

const why = (text: string) =>
  read(text).then(({ report }) => report.refusedAt.map(({ line, why }) => `${line}: ${why}`));

describe("days are read under every common name, as days or instants", () => {
  test.each([
    ["code,valid_from,valid_to\nA1,2026-11-01,2026-11-30\n"],
    ["Coupon Code;Start Date;Expiration Date\nA1;2026-11-01;2026-11-30\n"],
    ["code\tstarts at\tvalid till\nA1\t2026-11-01\t2026-11-30\n"],
    ["Code|Starts At|Ends At\nA1|2026-11-01 00:00:00 -0400|2026-11-30 23:59:59 -0500\n"],
    ["code,startDate,expiry_date\nA1,2026-11-01T04:00:00Z,2026-12-01T04:59:59Z\n"],
    ["code,Valid From,Date Expires\nA1,2026/11/01,1796101199\n"],
  ])("%j", async (text) => {
    const { report } = await read(text, {}, DATED);
    expect(report.batches).toEqual([
      { id: "2026-11-01 to 2026-11-30", startsOn: "2026-11-01", endsOn: "2026-11-30", added: 1 },
    ]);
  });
});

describe("used, held and dead codes of an export stay out of the pool", () => {
  test.each<[string, string, object]>([
    [
      "Shopify's Admin API as CSV",
      "id,code,asyncUsageCount,createdAt\n1,A1,0,2026-10-01T00:00:00Z\n2,B2,1,2026-10-01T00:00:00Z\n",
      { used: 1 },
    ],
    [
      "an export app of Shopify",
      "ID,Title,Code,Code Used Count,Total Used Count,Status,Created At\n7,Ten,A1,0,1,Active,2026-10-01 10:00:00 -0400\n7,Ten,B2,1,1,Active,2026-10-01 10:00:00 -0400\n7,Ten,C3,0,1,Expired,2026-10-01 10:00:00 -0400\n",
      { used: 1, expired: 1 },
    ],
    [
      "WooCommerce",
      "post_title,post_status,post_date,discount_type,coupon_amount,usage_limit,usage_count,individual_use\nA1,publish,2026-10-01 10:00:00,percent,10,1,0,yes\nB2,publish,2026-10-01 10:00:00,percent,10,1,1,yes\nC3,draft,2026-10-01 10:00:00,percent,10,1,0,yes\n",
      { used: 1, void: 1 },
    ],
    [
      "Magento",
      '"Coupon Code",Created,Used,"Times Used"\nA1,"Oct 1, 2026, 10:00:00 AM",No,0\nB2,"Oct 1, 2026, 10:00:00 AM",Yes,1\n',
      { used: 1 },
    ],
    [
      "Klaviyo",
      "unique_code,status,person_id\nA1,UNASSIGNED,\nB2,ASSIGNED_TO_PROFILE,01H\nC3,DELETED,\n",
      { held: 1, void: 1 },
    ],
    [
      "Voucherify",
      "Code,Voucher Type,Value,Redeemed Quantity,Redeemed Amount,Active,Metadata\nA1,DISCOUNT_VOUCHER,10,0,0,true,\nB2,DISCOUNT_VOUCHER,10,1,0,true,\nC3,DISCOUNT_VOUCHER,10,0,0,false,\n",
      { used: 1, void: 1 },
    ],
    ["Spree and Saleor", "Code\nA1\n", {}],
    ["a list by hand", "Promotion_Code,State\nA1,new\nB2,used\n", { used: 1 }],
    ["a redeemed-at column", "code,redeemed_at\nA1,\nB2,2026-10-05 10:00\n", { used: 1 }],
    ["people with their codes", "email,code\nann@example.com,B2\n,A1\n", { held: 1 }],
  ])("%s", async (_, text, leftOut) => {
    const { report, codes } = await read(text);
    expect(codes).toEqual(["A1"]);
    expect(report).toMatchObject({ added: 1, refused: 0 });
    expect(report.leftOut).toEqual({ held: 0, used: 0, expired: 0, void: 0, ...leftOut });
  });

  test("and a file of nothing else says what they are and what to do", async () => {
    const { run } = await shop();
    await expect(run("email,code\nann@example.com,A1\nben@example.com,B2\n")).rejects.toThrow(
      "codes.csv: there is no code in it: 2 held; import what people hold with --assigned",
    );
  });
});

describe("a column that is not understood is refused with the option that decides it", () => {
  test.each([
    ["code,Bis\nA1,2026-11-30\n", 'column "Bis" holds days, and its name does not say which: name the columns to read'],
    ["code,Laufzeit\nA1,30.11.2026\n", 'column "Laufzeit" holds days'],
    ["code,Zustand\nA1,redeemed\n", 'column "Zustand" holds states'],
    ["code,status\nA1,frozen\n", 'line 2: state: expected a word such as active, used or expired, but got: "frozen"'],
    ["code,used\nA1,perhaps\n", 'line 2: used: expected a number, yes or no, but got: "perhaps"'],
    [
      "coupon,voucher\nA1,B2\n",
      "line 1: two columns are called code (coupon, voucher): name the one to read (--columns)",
    ],
    [
      "email,name\na@b.example,Ann\n",
      "line 1: there is no column code among email, name: name it (--columns code=NAME)",
    ],
    ["Export of today,,\nName,Code,End\nAnn,A1,\n", "line 2 names the columns: remove the lines above it"],
  ])("%j", async (text, complaint) => {
    const { store, run } = await shop(DATED);
    await expect(run(text, { openEnded: true })).rejects.toThrow(`codes.csv: ${complaint}`);
    expect(await store.counts("welcome")).toEqual([]);
  });

  test("columns are named by hand, and no other is read", async () => {
    const text = "Coupon,Voucher,Bis,status\nA1,X,2026-11-30,frozen\n";
    const { report, codes } = await read(text, { columns: { code: "Coupon", end: "bis" } }, DATED);
    expect(codes).toEqual(["A1"]);
    expect(report.batches).toMatchObject([{ endsOn: "2026-11-30" }]);
    const { run } = await shop(DATED);
    await expect(run(text, { columns: { code: "Gutschein" } })).rejects.toThrow(
      'columns.code: expected one of Coupon, Voucher, Bis, status, but got: "Gutschein"',
    );
    await expect(run(text, { columns: { end: "Bis" } })).rejects.toThrow("columns: expected a name for code");
    await expect(run(text, { columns: { kode: "Coupon" } })).rejects.toThrow(
      "columns: expected names of code, starts_on",
    );
  });

  test("a header, or none, is said by hand", async () => {
    expect((await read("Rabatt1\nA1\n", { header: true, columns: { code: "Rabatt1" } })).codes).toEqual(["A1"]);
    expect((await read("Voucher\nA1\n", { header: false, anyShape: true })).codes).toEqual(["Voucher", "A1"]);
    expect((await read("x,A1\ny,B2\n", { header: false, columns: { code: "2" } })).codes).toEqual(["A1", "B2"]);
  });
});

describe("what is no code becomes none", () => {
  test.each([
    ["a delimiter at the end of each line", "A1;\nB2;\n", ["A1", "B2"]],
    ["days behind a bar", "A1|2026-11-30\nB2|2026-11-30\n", null],
    ["a line that names the delimiter", "sep=;\ncode;note\nA1;x,y\n", ["A1"]],
    ["a header in another case", "Promotion_Code\nA1\n", ["A1"]],
    ["CR alone", "code\rA1\rB2\r", ["A1", "B2"]],
    ["numbers that were kept as text", 'code\n"=""00123"""\n', ["00123"]],
  ])("%s", async (_, text, codes) => {
    if (codes === null) await expect(read(text)).rejects.toThrow("ignores days");
    else expect((await read(text)).codes).toEqual(codes);
  });

  test.each([
    ["code\nA1\ncode\nB2\n", ["3: the header again"]],
    ["code,note\nREQUIRED,x\nA1,x\nTotal,x\n", ["2: a word, not a code", "4: a word, not a code"]],
    [
      "code\n#REF!\n#N/A\n1E+05\nA1\n",
      ["2: an error of a spreadsheet", "3: an error of a spreadsheet", "4: a number that a spreadsheet has shortened"],
    ],
    ["code\n“A1”\nB'2\nC3\n", ["2: a quote", "3: a quote"]],
    ["code\nA;1\nB|2\nC3\n", ["2: a delimiter", "3: a delimiter"]],
    [
      "code\n=A1\n-B2\n@C3\nD4\n",
      ["2: the beginning of a formula", "3: the beginning of a formula", "4: the beginning of a formula"],
    ],
    [
      "code\nann@example.com\nhttps://example.com\n2026-11-30\nA1\n",
      ["2: an email address", "3: a web address", "4: a day"],
    ],
    ["code\nA\u2800B\nA\u3164B\nA1\n", ["2: a blank inside", "3: an invisible character"]],
    ["code,note\nA1,ten,50 off\nB2,x\n", ["2: 3 cells in a file of 2 columns"]],
  ])("%j", async (text, refused) => {
    expect(await why(text)).toEqual(refused);
  });

  const many = codeList("SPRING-", 200).map((code) => `${code}X`);

  test("a line that is not like the others is refused by its number, unless any shape is taken", async () => {
    const text = ["code", ...many.slice(0, 100), "Summary", "hundred", ...many.slice(100)].join("\n");
    expect(await why(text)).toEqual([102, 103].map((line) => expect.stringMatching(`^${line}: not like the others`)));
    expect((await read(text, { anyShape: true })).report).toMatchObject({ added: 202, refused: 0 });
  });

  test("codes that grow longer, or have no digit by chance, are like the others", async () => {
    const codes = [
      ...codeList("C", 12_000),
      ...Array.from({ length: 900 }, (_, at) => `C${String.fromCharCode(65 + (at % 26))}${at}`),
    ];
    expect((await (await shop()).run(codes.join("\n"), { batch: "b" })).refused).toBe(0);
  });

  test("a file of two kinds of codes is refused with the option that takes both", async () => {
    const text = [
      ...many,
      ...Array.from({ length: 100 }, (_, at) => `word${"abcdefghij"[at % 10]}${"klmnopqrst"[Math.floor(at / 10)]}`),
    ];
    const { store, run } = await shop();
    // The first block has to end before the second kind begins.
    const padded = ["code,note", ...text.map((code, at) => `${code},${at < 200 ? "x".repeat(500) : ""}`)].join("\n");
    await expect(run(padded)).rejects.toThrow("100 of 300 codes are not like the first ones");
    expect(await store.counts("welcome")).toEqual([]);
    expect(await run(padded, { anyShape: true })).toMatchObject({ added: 300 });
  });
});

test("the package's own export does not come into a pool: people hold its codes", async () => {
  const store = memoryStore();
  await stock(store, {}, [{ id: "b1", codes: ["-DASH1", 'A"1'] }]);
  await claim(store, "ann", "m1");
  await claim(store, "ben", "m1");
  const { store: other } = await shop();
  const exported = streamSource(exportCodesCsv(store, "welcome"), "given-out.csv");
  await expect(importFile(other, "welcome", exported)).rejects.toThrow("there is no code in it: 2 held");
});

describe("a batch fits its offer's window, or is refused", () => {
  test("days that the window ignores", async () => {
    const { run } = await shop();
    await expect(run("code,ends_on\nA1,2026-11-30\n")).rejects.toThrow(
      'offer "welcome" ignores days (its window is never-expires), and batch "until 2026-11-30" has some',
    );
    await expect(run("A1\n", { batch: "b1", endsOn: "2026-11-30" })).rejects.toThrow("ignores days");
  });

  test("no days under a custom period, unless it is open for ever", async () => {
    const { run } = await shop(DATED);
    await expect(run("A1\n", { batch: "b1" })).rejects.toThrow("has no days");
    expect(await run("A1\n", { batch: "b1", openEnded: true })).toMatchObject({ added: 1 });
  });

  test("days by hand in an integrated offer", async () => {
    const { run } = await shop({ ...DATED, kind: "integrated" });
    await expect(run("A1\n", { batch: "b1", endsOn: "2026-11-30" })).rejects.toThrow(
      'the days of offer "welcome" come from the shop',
    );
  });
});
