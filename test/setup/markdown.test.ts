import { expect, test } from "vitest";
import { anchorsOf, codeBlocks, linksOf } from "./markdown.js";

const text = (...lines: string[]) => lines.join("\n");

test("a block knows its language, its code and its line", () => {
  const markdown = text("# Title", "", "```JS title=x", "one();", "", "two();", "```", "", "~~~~ts", "```", "~~~~");
  expect(codeBlocks(markdown)).toEqual([
    { language: "js", code: "one();\n\ntwo();", line: 3 },
    { language: "ts", code: "```", line: 9 },
  ]);
});

test("the text block that comes next is the output", () => {
  const markdown = text("```js", "print();", "```", "prints", "```text", "hello", "```");
  expect(codeBlocks(markdown)).toEqual([{ language: "js", code: "print();", line: 1, output: "hello" }]);
});

test("a text block of another section, or behind another text block, is nobody's output", () => {
  const markdown = text("```js", "print();", "```", "## Next", "```text", "a", "```", "```text", "b", "```");
  expect(codeBlocks(markdown).map(({ language, output }) => [language, output])).toEqual([
    ["js", undefined],
    ["text", undefined],
    ["text", undefined],
  ]);
});

test("a block that is continued is one block", () => {
  const markdown = text(
    "```ts",
    "const a = 1;",
    "```",
    "<!-- continued -->",
    "```ts",
    "log(a);",
    "```",
    "```text",
    "1",
    "```",
  );
  expect(codeBlocks(markdown)).toEqual([{ language: "ts", code: "const a = 1;\nlog(a);", line: 1, output: "1" }]);
});

test("indented and quoted blocks lose their indent, and Windows line ends do no harm", () => {
  const markdown =
    "- item\r\n  ```sh\r\n  npm ci\r\n    --flag\r\n  ```\r\n> ```js\r\n> a();\r\n>\r\n> b();\r\n> ```\r\n";
  expect(codeBlocks(markdown).map(({ code }) => code)).toEqual(["npm ci\n  --flag", "a();\n\nb();"]);
});

test("inline and indented code is no block, an open block is an error", () => {
  expect(codeBlocks("Like this:\n\n    npm ci\n")).toEqual([]);
  expect(codeBlocks("Use ```npm ci``` or `npm test`.")).toEqual([]);
  expect(() => codeBlocks("text\n```js\nnever();")).toThrow("The block of line 2 must be closed by ```");
});

test("links and headings are read as GitHub shows them", () => {
  const markdown = "# The `one` call: why?\n\nSee [two](b.md#x), ![three](c.png) and [four].\n\n[four]: <d.md>\n";
  expect(linksOf(markdown)).toEqual(["b.md#x", "c.png", "d.md"]);
  expect(anchorsOf(markdown)).toEqual(["the-one-call-why"]);
});
