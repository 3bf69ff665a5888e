import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atOnce, compare, median } from "../../bench/compare.js";
import { shownTable, tables } from "../../bench/documents.js";
import { markdownTable, tableText } from "../../bench/table.js";
import { CHECKOUT } from "../setup/documentation.js";

const ROW = { name: "a", what: "ours", against: "theirs", unit: "things/s", goal: 2, rounds: 7 } as const;

test("without a Redis server it says what to install, and ends with 1", () => {
  const env = { PATH: "", HOME: process.env.HOME ?? "" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(CHECKOUT, "bench/main.js")], {
    env,
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^Redis is needed: no redis-server or valkey-server on the PATH. Install it:\n.*redis/);
});

test("both sides run in turn, each first in every other round, and the warm-up does not count", async () => {
  const order: string[] = [];
  const rates = { ours: [1000, 6, 8, 10], theirs: [1, 2, 2, 5] };
  const side = (name: "ours" | "theirs") => async () => {
    order.push(name);
    return rates[name].shift() as number;
  };
  const result = await compare({ ours: side("ours"), theirs: side("theirs") }, 3);
  expect(result).toEqual({ ratio: 3, spread: [2, 4], rounds: 3, ours: 8, theirs: 2 });
  expect(order).toEqual(["ours", "theirs", "theirs", "ours", "ours", "theirs", "theirs", "ours"]);
});

test("the median of an even number of values lies between the middle two", () => {
  expect([median([5, 1, 3]), median([4, 1, 3, 2])]).toEqual([3, 2.5]);
});

test("no more is done at once than allowed, and all of it", async () => {
  let [underWay, most] = [0, 0];
  const done: number[] = [];
  await atOnce(3, 10, async (place) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await Promise.resolve();
    underWay -= 1;
    done.push(place);
  });
  expect([most, done.sort((a, b) => a - b)]).toEqual([3, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});

test("a missed goal is shown as missed, on the terminal and in the README", () => {
  const rows = [
    { ...ROW, ratio: 2.5, spread: [2, 3] as [number, number], ours: 5000, theirs: 2000, met: true },
    { ...ROW, goal: 0.5, atMost: true, ratio: 0.75, ours: 75, theirs: 100, met: false },
    { name: "c", what: "calls", unit: "calls", goal: 1, ours: 1, met: true },
  ];
  const lines = tableText(rows).split("\n");
  expect(lines.map((line) => /(met|MISSED)$/.exec(line)?.[1])).toEqual([undefined, "met", "MISSED", "met"]);
  const machine = { node: "v20.0.0", redis: "7.0.0", cpus: 2, cpu: "some processor" };
  expect(markdownTable({ machine, rows }).split("\n")).toEqual([
    "| what | against | result | spread | goal |",
    "| --- | --- | --- | --- | --- |",
    "| ours | theirs | 2.5 (5,000 to 2,000 things/s) | 2 to 3 | at least 2 |",
    "| ours | theirs | 0.75 (75 to 100 things/s) |  | at most 0.5 (missed) |",
    "| calls |  | 1 |  | at most 1 |",
    "",
    "Node 20.0.0, Redis 7.0.0, 2 processors (some processor); medians of 7 rounds.",
  ]);
});

test("the figures of the README and of bench/README.md are those of the last full run", () => {
  const results = JSON.parse(readFileSync(join(CHECKOUT, "bench/results.json"), "utf8"));
  const pages = tables(results);
  expect(pages.map(({ table }) => table.split("\n").length - 4)).toEqual([5, results.rows.length]);
  for (const { page, table } of pages) expect(shownTable(readFileSync(join(CHECKOUT, page), "utf8"))).toBe(table);
});
