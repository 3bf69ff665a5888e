import { expect, test } from "vitest";
import { tableText } from "../../src/cli/table.js";

test("columns line up under wide characters, joined pictures and accents of their own", () => {
  const names = ["Ann", "東京", "👨‍👩‍👧", "Zoe\u0301"];
  const lines = tableText(
    ["NAME", "CODES"],
    names.map((name) => [name, 1]),
  ).split("\n");
  expect(lines).toEqual(["NAME  CODES", "Ann       1", "東京      1", "👨‍👩‍👧        1", "Zoe\u0301       1"]);
});
