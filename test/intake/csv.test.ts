import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { streamSource } from "offer-code/operations";
import { describe, expect, test } from "vitest";
import { csvTable } from "../../src/intake/csv/table.js";

const COLUMNS = { code: ["coupon"], starts_on: ["start"], ends_on: ["end"] } as const;

type Row = { line: number; cells: Record<string, string> };

async function read(text: string | Uint8Array, parts: readonly Uint8Array[] = [Buffer.from(text)]) {
  const table = await csvTable(streamSource(chunksOf(parts), "codes.csv"), COLUMNS);
  const rows: Row[] = [];
  for await (const handful of table.rows) rows.push(...handful);
  return { hasHeader: table.hasHeader, columns: table.columns, rows };
}

async function* chunksOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const codesIn = ({ rows }: { rows: Row[] }) => rows.map(({ line, cells }) => [line, cells.code]);

describe("a CSV file is read", () => {
  test("with a header or without, by LF or CRLF, with a byte order mark, with a last line end or none", async () => {
    for (const end of ["\n", "\r\n"]) {
      for (const last of ["", end]) {
        expect(codesIn(await read(`\uFEFFcode${end}A1${end}B2${last}`))).toEqual([
          [2, "A1"],
          [3, "B2"],
        ]);
        expect(codesIn(await read(`A1${end}B2${last}`))).toEqual([
          [1, "A1"],
          [2, "B2"],
        ]);
      }
    }
  });

  test("by the names of its columns, in any order, letter case and spelling", async () => {
    const { rows, columns } = await read("Name,Ends On,START,Coupon\nAnn,2026-11-30,,A1\n");
    expect(columns).toEqual(["ends_on", "starts_on", "code"]);
    expect(rows).toEqual([{ line: 2, cells: { code: "A1", starts_on: "", ends_on: "2026-11-30" } }]);
  });

  test.each([",", ";", "\t"])("with %j between its cells", async (delimiter) => {
    const lines = [
      ["code", "starts_on", "ends_on"],
      ["A1", "", "2026-11-30"],
    ];
    const { rows } = await read(lines.map((cells) => cells.join(delimiter)).join("\n"));
    expect(rows).toEqual([{ line: 2, cells: { code: "A1", starts_on: "", ends_on: "2026-11-30" } }]);
    const bare = await read(["A1", "2026-11-01", "2026-11-30"].join(delimiter));
    expect(bare.rows[0]?.cells).toEqual({ code: "A1", starts_on: "2026-11-01", ends_on: "2026-11-30" });
  });

  test("with a semicolon in a code where commas or nothing part the cells", async () => {
    expect(codesIn(await read("A;1\nB;2\n"))).toEqual([
      [1, "A;1"],
      [2, "B;2"],
    ]);
  });

  test("with lines counted as an editor counts them, over empty lines and quoted line breaks", async () => {
    expect(codesIn(await read('\n\ncode\nA1\n\n"B\n\n2"\r\n  \nC3'))).toEqual([
      [4, "A1"],
      [6, "B\n\n2"],
      [10, "C3"],
    ]);
  });

  test("packed by gzip, whatever it is called", async () => {
    expect(codesIn(await read(gzipSync("code\nA1\n")))).toEqual([[2, "A1"]]);
  });
});

describe("a CSV file is refused with its line", () => {
  test.each([
    ["a quote that is never closed", 'code\nA1\n"B2\nC3\n', "line 3: a quote is opened and never closed"],
    [
      "one that swallows a long file",
      `code\nA1\n"${"B2\n".repeat(100_000)}`,
      "line 3: a quote is opened and never closed",
    ],
    ["a quote inside a cell", 'code\nA1\nB"2\n', 'line 3: a quote in the middle of a cell; write it twice ("")'],
    ["text behind a closed quote", 'code\n"A1"x\n', 'line 2: a quote in the middle of a cell; write it twice ("")'],
    ["a header without the column that is needed", "starts_on,ends_on\n", "line 1: there is no column code"],
    ["a header that names a column twice", "code,coupon\n", "line 1: two columns are called code"],
    [
      "many columns without a header",
      "Ann,A1,x,y\n",
      "line 1: 4 columns and no header: name them in the first line (code, starts_on, ends_on)",
    ],
  ])("%s", async (_, text, complaint) => {
    await expect(read(text)).rejects.toThrow(`codes.csv: ${complaint}`);
  });

  test.each([
    ["nothing at all", Buffer.alloc(0), "there is nothing in it"],
    ["a binary file", Buffer.from([1, 2, 0, 3]), "this is a binary file, not a CSV file"],
    ["UTF-16", Buffer.from("\uFEFFcode\n", "utf16le"), "this is UTF-16 text. Save the file as CSV UTF-8"],
    ["Latin-1", Buffer.from("code\né\n", "latin1"), "this is not UTF-8 text. Save the file as CSV UTF-8"],
    ["a workbook", Buffer.from([0x50, 0x4b, 3, 4]), "this is a zip file or a workbook. Save it as CSV UTF-8"],
    ["a broken gzip file", gzipSync("code\nA1\n").subarray(0, 20), "the gzip data are broken or cut off"],
  ])("%s", async (_, bytes, complaint) => {
    await expect(read("", bytes.length === 0 ? [] : [bytes])).rejects.toThrow(`codes.csv: ${complaint}`);
  });
});

// A plain model: a file is written from rows that are known, in every way that programs write such files.
const cell = fc.oneof(
  fc.constantFrom("A1", "", "2026-11-30", "=1+1", "Ünïcödé", "😀", "'", "a b"),
  fc.string({
    unit: fc.constantFrom("A", "b", "7", "-", ",", ";", "\t", '"', "\n", "\r\n", " ", "é", "日", "𝒳"),
    maxLength: 8,
  }),
);
const style = fc.record({
  header: fc.constantFrom(["code", "starts_on", "ends_on"], ["ENDS_ON", "extra", "Coupon"], ["start", "code"], null),
  delimiter: fc.constantFrom(",", ";", "\t"),
  end: fc.constantFrom("\n", "\r\n"),
  mark: fc.boolean(),
  closed: fc.boolean(),
  packed: fc.boolean(),
  quoteAll: fc.boolean(),
  cuts: fc.array(fc.nat(), { maxLength: 4 }),
});
const file = fc.tuple(style, fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 }));
const NAMES: Record<string, string> = { Coupon: "code", ENDS_ON: "ends_on", start: "starts_on" };

function written([how, rows]: typeof file extends fc.Arbitrary<infer T> ? T : never) {
  const header = how.header ?? ["code", "starts_on", "ends_on"];
  const delimiter = how.header === null ? "," : how.delimiter;
  const quoted = (text: string) => {
    const needs = how.quoteAll || /["\n\r;,\t]/.test(text);
    return needs ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [...(how.header === null ? [] : [header]), ...rows.map((cells) => cells.slice(0, header.length))];
  let line = 1;
  const expected: Row[] = [];
  lines.forEach((cells, place) => {
    const isHeader = how.header !== null && place === 0;
    if (!isHeader && cells.some((each) => each.trim() !== "")) {
      const named: Record<string, string> = { code: "", starts_on: "", ends_on: "" };
      header.forEach((name, at) => {
        if (name !== "extra") named[NAMES[name] ?? name] = (cells[at] as string).trim();
      });
      expected.push({ line, cells: named });
    }
    line += 1 + cells.join("").split("\n").length - 1;
  });
  const text = lines.map((cells) => cells.map(quoted).join(delimiter)).join(how.end);
  const plain = Buffer.from((how.mark ? "\uFEFF" : "") + text + (how.closed && lines.length > 0 ? how.end : ""));
  const bytes = how.packed ? gzipSync(plain, { level: 1 }) : plain;
  const cuts = [0, ...how.cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const parts = cuts.slice(1).map((cut, at) => bytes.subarray(cuts[at], cut));
  return { expected, parts: parts.filter(({ length }) => length > 0), hasText: plain.length > 0 };
}

test("10,000 files written at random are read as a plain model says", async () => {
  await fc.assert(
    fc.asyncProperty(file, async (how) => {
      const { expected, parts, hasText } = written(how);
      fc.pre(hasText && (how[0].header !== null || expected.length > 0));
      const table = await read("", parts);
      expect(table.rows).toEqual(expected);
      expect(table.hasHeader).toBe(how[0].header !== null);
    }),
    { numRuns: 10_000 },
  );
}, 120_000);

test("whatever the bytes are, a file is read or refused in one line", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 4 }), async (parts) => {
      try {
        await read("", parts);
      } catch (error) {
        expect(error).toMatchObject({ name: "InvalidInputError", message: expect.stringMatching(/^codes\.csv: .+$/) });
      }
    }),
    { numRuns: 3000 },
  );
}, 60_000);
