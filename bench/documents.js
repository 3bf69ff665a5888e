// @ts-check
// Writes the figures of results.json into the README (the rows that say most) and into bench/README.md (all of them), between the
// comments `<!-- speed -->` and `<!-- /speed -->`. `npm run bench` does so after a full run; so does `node bench/documents.js`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { markdownTable } from "./table.js";

/** @typedef {Parameters<typeof markdownTable>[0]} Results */

const README_ROWS = ["warm-handlebars", "warm-liquid", "campaign-cold", "import", "memory"];
const MARKED = /(?<=<!-- speed -->\n\n)[\s\S]*?(?=\n\n<!-- \/speed -->)/;

/** Each page with the table that it shows. @param {Results} results */
export function tables({ machine, rows }) {
  const few = rows.filter(({ name }) => README_ROWS.includes(name));
  return [
    { page: "README.md", table: markdownTable({ machine, rows: few }) },
    { page: "bench/README.md", table: markdownTable({ machine, rows }) },
  ];
}

/** The table that a page shows; `undefined` where it has no such comments. @param {string} text */
export function shownTable(text) {
  return MARKED.exec(text)?.[0];
}

/** @param {Results} results */
export function writeDocuments(results) {
  for (const { page, table } of tables(results)) {
    const file = new URL(`../${page}`, import.meta.url);
    const text = readFileSync(file, "utf8");
    if (shownTable(text) === undefined)
      throw new Error(`${page} must have <!-- speed --> and <!-- /speed --> around its table`);
    writeFileSync(
      file,
      text.replace(MARKED, () => table),
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeDocuments(JSON.parse(readFileSync(new URL("results.json", import.meta.url), "utf8")));
}
