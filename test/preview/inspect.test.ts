import { describe, expect, test } from "vitest";
import { inspectHtml } from "../../src/preview/render/inspect.js";

describe("a rendered email", () => {
  test("is read as text, without what a reader does not see", async () => {
    const html = "<head><title>T</title><style>p{}</style></head><p>Hi &amp; bye</p><!-- no --><script>x()</script>you";
    expect((await inspectHtml(html)).plain.replace(/\s+/g, " ").trim()).toBe("Hi & bye you");
  });

  test("lists its links with their words and addresses", async () => {
    const html = `<a href="https://shop.example/?a=1&amp;b=2">Buy <b>now</b></a><map><area alt="Map" href='/m'></map><a name="x">no link</a>`;
    expect((await inspectHtml(html)).links).toEqual([
      { address: "https://shop.example/?a=1&b=2", text: "Buy now" },
      { address: "/m", text: "Map" },
    ]);
  });

  test("keeps all but the addresses of its links", async () => {
    const html = `<p class=x>A</p>\n<a class='b' href="https://shop.example/?a=1&amp;b=2" target="_blank" ping="/p">Go</a><br/>`;
    expect((await inspectHtml(html)).inert).toBe(
      `<p class=x>A</p>\n<a title="https://shop.example/?a=1&amp;b=2" class="b" x-target="_blank" data-address="https://shop.example/?a=1&amp;b=2">Go</a><br/>`,
    );
  });

  test.each([
    `<img src="https://a.example/p.png">`,
    `<IMG SRC=//a.example/p.png>`,
    `<img srcset="/x.png, https://a.example/2x.png 2x">`,
    `<td background=" http://a.example/b.png">`,
    `<video poster="https://a.example/p">`,
    `<svg><image href="https://a.example/i.png"/></svg>`,
    `<style>p{background:url( 'https://a.example/c.png')}</style>`,
    `<div style="background:url(//a.example/c.png)">`,
  ])("asks for pictures from elsewhere: %s", async (html) => {
    expect((await inspectHtml(html)).remoteImages).toBe(true);
  });

  test.each([
    `<img src="data:image/png;base64,AA">`,
    `<img alt="https://a.example">`,
    `<p>url(https://a.example)</p>`,
  ])("asks for none: %s", async (html) => {
    expect((await inspectHtml(html)).remoteImages).toBe(false);
  });
});

// Each of these took a minute or did not end where patterns with a way back looked for pictures and text.
test.each([
  ["<img ", 150_000],
  ["<img src", 150_000],
  ["<a href=", 150_000],
  ["<style>url(", 100_000],
  ["<!--", 200_000],
  ["<script", 150_000],
  ["&#x", 200_000],
  ["<div style='url(  ", 80_000],
  ["</", 300_000],
  ["<p><b>", 150_000],
  ["<b></i>", 150_000],
  ["<table><select>", 100_000],
  ["target ", 150_000],
])("text made of %j ends", async (piece, times) => {
  const { plain } = await inspectHtml(piece.repeat(times));
  expect(typeof plain).toBe("string");
});
