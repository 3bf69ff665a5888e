import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { memoryStore, type OfferInput } from "offer-code";
import { type ImportFileOptions, importFile, streamSource } from "offer-code/operations";
import { afterAll, describe, expect, test } from "vitest";
import { codeList, left, NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

const dir = mkdtempSync(join(tmpdir(), "offer-code-intake-"));
afterAll(() => rmSync(dir, { recursive: true }));
let files = 0;

function fileOf(content: string | Uint8Array, name = `codes-${files++}.csv`): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

async function shop(offer: Partial<OfferInput> = {}) {
  const store = memoryStore();
  await store.saveOffer({ id: "welcome", ...offer });
  const run = (content: string | Uint8Array, options: ImportFileOptions = {}) =>
    importFile(store, "welcome", fileOf(content), { at: new Date(NOON), batch: "b1", ...options });
  return { store, run };
}

const NONE = { inFile: 0, inPool: 0, givenOut: 0, inOtherOffer: 0 };

describe("importing a file", () => {
  test("adds its codes in their order and reports what became of each", async () => {
    const { store, run } = await shop();
    await stock(store, { id: "vip" }, [{ id: "b", codes: ["V1"] }]);
    await run("code\nA1\nB2\n");
    await claim(store, "ann", "m1");
    const report = await run("code\nA1\nC3\nb2\nc3\nV1\ntwo words\n\nD4\n");
    expect(report).toMatchObject({
      added: 2,
      duplicates: { inFile: 1, inPool: 1, givenOut: 1, inOtherOffer: 1 },
      refused: 1,
      refusedAt: [{ line: 7, value: "two words", why: "a blank inside" }],
      complete: true,
      batches: [{ id: "b1", added: 2 }],
    });
    expect(await left(store)).toBe(3);
  });

  test.each([
    ["", "no code", "x,\n"],
    ["A\u0007B", "a control character", ""],
    ["A\u200bB", "an invisible character", ""],
    ["A{B", "a brace", ""],
    ["x".repeat(256), "256 bytes, more than 255", ""],
  ])("refuses %j by its line and adds the rest", async (value, why) => {
    const { run } = await shop();
    const report = await run(`code,note\nA1,x\n${value},x\nB2,x\n`);
    expect(report).toMatchObject({ added: 2, refused: 1, refusedAt: [{ line: 3, value: value.slice(0, 80), why }] });
  });

  test("makes a batch of each pair of days, named by them", async () => {
    const { store, run } = await shop({ window: { type: "custom-period" } });
    const text =
      "code,starts_on,ends_on\nA1,2026-11-01,2026-11-30\nB2,,2026-12-31\nC3,2026-11-01,2026-11-30\nD4,2026-12-01,\n";
    const report = await run(text, { batch: undefined });
    expect(report.batches).toEqual([
      { id: "2026-11-01 to 2026-11-30", startsOn: "2026-11-01", endsOn: "2026-11-30", added: 2 },
      { id: "until 2026-12-31", endsOn: "2026-12-31", added: 1 },
      { id: "from 2026-12-01", startsOn: "2026-12-01", added: 1 },
    ]);
    expect((await store.loadOffer("welcome"))?.batches).toHaveLength(3);
  });

  test("tells a code that stands under two pairs of days from one that was there before", async () => {
    const { store, run } = await shop({ window: { type: "custom-period" } });
    await stock(store, { window: { type: "custom-period" } }, [{ id: "b0", codes: ["Z9"] }]);
    const text = "code,ends_on\nA1,2026-11-30\nZ9,2026-11-30\nA1,2026-12-31\nZ9,2026-12-31\n";
    const report = await run(text, { batch: undefined });
    expect(report).toMatchObject({ added: 1, duplicates: { ...NONE, inFile: 1, inPool: 2 } });
  });

  test("tells a code that stands twice in a long file from one that was there before", async () => {
    const { run } = await shop();
    await run("C7\n");
    const report = await run([...codeList("C", 11_000), "C0", "C5500", "C7"].join("\n"));
    expect(report).toMatchObject({ added: 10_999, duplicates: { ...NONE, inFile: 2, inPool: 2 } });
  });

  test("names the batch after the file where neither says anything else", async () => {
    const { store } = await shop();
    for (const name of ["spring.csv", "winter.csv.gz", "autumn.txt"]) {
      const content = `code\n${name.replaceAll(".", "")}\n`;
      const report = await importFile(
        store,
        "welcome",
        fileOf(name.endsWith("gz") ? gzipSync(content) : content, name),
      );
      expect(report.batches).toMatchObject([{ id: name.split(".")[0], added: 1 }]);
    }
  });

  test("says what would happen in a dry run, and adds nothing", async () => {
    const { store, run } = await shop();
    await run("A1\n");
    const report = await run("code\nA1\nB2\nb2\nC3\nx y\n", { dryRun: true, batch: "b2" });
    expect(report).toMatchObject({ dryRun: true, added: 2, refused: 1, duplicates: { ...NONE, inFile: 1, inPool: 1 } });
    expect(await left(store)).toBe(1);
    expect((await store.loadOffer("welcome"))?.batches).toHaveLength(1);
  });

  test("run again adds nothing, and run again after it was stopped adds the rest", async () => {
    const { store, run } = await shop();
    const codes = codeList("C", 12_345);
    const stopping = new AbortController();
    const content = codes.join("\n");
    const stopped = await run(content, {
      signal: stopping.signal,
      onProgress: ({ phase, done }) => phase === "adding" && done > 0 && stopping.abort(),
    });
    expect(stopped).toMatchObject({ complete: false, added: 5000 });
    expect(await run(content)).toMatchObject({ complete: true, added: 7345, duplicates: { ...NONE, inPool: 5000 } });
    expect(await run(content)).toMatchObject({ added: 0, duplicates: { ...NONE, inPool: 12_345 } });
    const drawn = await Promise.all(["a", "b", "c"].map((id) => claim(store, id, "m1")));
    expect(drawn).toMatchObject(["C0", "C1", "C2"].map((code) => ({ holding: [{ code }] })));
  });

  test("tells how far it is", async () => {
    const { run } = await shop();
    const told: string[] = [];
    await run(`${codeList("C", 6000).join("\n")}\n`, {
      onProgress: ({ phase, done, total }) => told.push(`${phase} ${done}/${total}`),
    });
    expect(told.slice(told.indexOf("reading 6000/1"))).toEqual([
      "reading 6000/1",
      "adding 0/6000",
      "adding 5000/6000",
      "adding 6000/6000",
    ]);
  });
});

describe("a file that is wrong adds nothing", () => {
  const dated = "code,starts_on,ends_on\n";
  test.each<[string, string, ImportFileOptions, string]>([
    [
      "a day that is none",
      `${dated}A1,2026-11-01,\nB2,2026-02-30,\n`,
      {},
      'line 3: starts_on: expected a day such as 2026-11-30, but got: "2026-02-30"',
    ],
    [
      "a day written otherwise",
      `${dated}A1,,30.11.2026\n`,
      {},
      'line 2: ends_on: expected a day such as 2026-11-30, but got: "30.11.2026"',
    ],
    [
      "an end before its start",
      `${dated}A1,2026-11-02,2026-11-01\n`,
      {},
      "line 2: it ends on 2026-11-01, before it starts on 2026-11-02",
    ],
    [
      "different days for one batch",
      `${dated}A1,2026-11-02,\nB2,,\n`,
      {},
      "line 3: these days differ from those above",
    ],
    ["days in the file and beside it", `${dated}A1,,\n`, { endsOn: "2026-12-01" }, "the file has days of its own"],
    ["a quote never closed", `A1\n"B2\n`, {}, "line 2: a quote is opened and never closed"],
    ["nothing but a header", "code\n", {}, "there is no code in it"],
    ["nothing at all", "", {}, "the file is empty"],
    [
      "nothing that is a code",
      "a b\n{\n",
      {},
      "there is no code in it: 2 refused, the first in line 1 for a blank inside",
    ],
  ])("%s", async (_, content, options, complaint) => {
    const { store, run } = await shop();
    await expect(run(content, options)).rejects.toThrow(complaint);
    expect(await store.counts("welcome")).toEqual([]);
  });

  test("a mistake in the last of many lines", async () => {
    const { store, run } = await shop();
    await expect(run(`${dated}${"A,2026-11-01,\n".repeat(20_000)}B,nonsense,\n`)).rejects.toThrow(
      "line 20002: starts_on",
    );
    expect(await store.counts("welcome")).toEqual([]);
  });

  test("a file that is not there, or a directory", async () => {
    const { store } = await shop();
    const absent = join(dir, "absent.csv");
    await expect(importFile(store, "welcome", absent)).rejects.toThrow(`${absent}: no such file`);
    await expect(importFile(store, "welcome", dir)).rejects.toThrow(`${dir}: is a directory, not a file`);
  });

  test("a file that changes while it is read", async () => {
    const { store } = await shop();
    const file = fileOf(`${"A".repeat(20)}\n`.repeat(50_000));
    let appended = false;
    const onProgress = () => {
      if (!appended) appendFileSync(file, "B2\n");
      appended = true;
    };
    await expect(importFile(store, "welcome", file, { onProgress })).rejects.toThrow(
      `${file}: the file changed while it was read`,
    );
    expect(await store.counts("welcome")).toEqual([]);
  });

  test("an offer that nobody knows, a batch with other days, a batch that is over, a batch without days", async () => {
    const { store, run } = await shop({ window: { type: "custom-period" } });
    await expect(importFile(store, "nowhere", fileOf("A1\n"))).rejects.toThrow(
      "offerId: expected the id of a saved offer",
    );
    await expect(run("A1\n")).rejects.toThrow('has a custom period, and batch "b1" has no days');
    await expect(run("A1\n", { endsOn: "2026-11-02" })).rejects.toThrow('batch "b1" ended on 2026-11-02');
    await expect(run("A1\n", { startsOn: "2026-12-02", endsOn: "2026-12-01" })).rejects.toThrow("endsOn");
    await run("A1\n", { endsOn: "2026-11-03" });
    await expect(run("B2\n", { endsOn: "2026-12-31" })).rejects.toThrow("name another batch");
    expect(await left(store)).toBe(1);
  });

  test("a stream without a name for its batch", async () => {
    const { store } = await shop();
    const source = streamSource(
      (async function* () {
        yield "A1\n";
      })(),
      "standard input",
    );
    await expect(importFile(store, "welcome", source)).rejects.toThrow("standard input: give the batch a name");
  });

  test("and leaves no file behind", async () => {
    const before = new Set(readdirSync(tmpdir()));
    const { run } = await shop();
    await run("A1\n");
    await expect(run('"A1\n')).rejects.toThrow();
    const created = readdirSync(tmpdir()).filter((name) => /^offer-code-[0-9a-f]{8}-/.test(name) && !before.has(name));
    expect(created).toEqual([]);
  });
});

// A plain model of an upload: who was first keeps the code.
const value = fc.constantFrom("A1", "a1", "B2", "b2", "C3", "D4", "E5", "x y", "{", "");
const day = fc.constantFrom("", "2026-11-10", "2026-12-24");
const upload = fc.array(fc.tuple(value, day), { minLength: 1, maxLength: 12 });

test("uploads one after another end as a plain model says, and a dry run says the same before", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(upload, { minLength: 1, maxLength: 3 }), fc.boolean(), async (uploads, isDated) => {
      const { store } = await shop(isDated ? { window: { type: "custom-period" } } : {});
      const pool: string[] = [];
      for (const [number, rows] of uploads.entries()) {
        const expected = { added: 0, duplicates: { ...NONE }, refused: 0 };
        const before = new Set(pool.map((code) => code.toLowerCase()));
        const filled = rows.filter(([code, endsOn]) => code !== "" || (isDated && endsOn !== ""));
        for (const [code] of filled) {
          const isNew = !pool.some((known) => known.toLowerCase() === code.toLowerCase());
          if (!/^\w+$/.test(code)) expected.refused += 1;
          else if (isNew) expected.added += pool.push(code) && 1;
          else if (before.has(code.toLowerCase())) expected.duplicates.inPool += 1;
          else expected.duplicates.inFile += 1;
        }
        if (filled.length === expected.refused) continue;
        const text = `code${isDated ? ",ends_on" : ""}\n${rows.map(([code, endsOn]) => (isDated ? `${code},${endsOn}` : code)).join("\n")}`;
        const options = { at: NOON, ...(isDated ? { openEnded: true } : { batch: `b${number}` }) };
        const source = () =>
          streamSource(
            (async function* () {
              yield text;
            })(),
            `file${number}.csv`,
          );
        expect(await importFile(store, "welcome", source(), { ...options, dryRun: true })).toMatchObject(expected);
        expect(await importFile(store, "welcome", source(), options)).toMatchObject(expected);
      }
      expect(await left(store)).toBe(pool.length);
    }),
    { numRuns: 300 },
  );
}, 60_000);
