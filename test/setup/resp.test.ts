import { expect, test } from "vitest";
import { createFrames, isPush, wordsOf } from "./resp.js";

const FRAMES = [
  "+OK\r\n",
  "-ERR no\r\n",
  ":42\r\n",
  "$-1\r\n",
  "$0\r\n\r\n",
  "$7\r\nä\r\nb\r\n\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*2\r\n*1\r\n:1\r\n$3\r\na\r\n\r\n",
  "_\r\n",
  ",1.5\r\n",
  "#t\r\n",
  "(3492890328409238509324850943850943825024385\r\n",
  "!5\r\nERR x\r\n",
  "=7\r\ntxt:abc\r\n",
  "%1\r\n+key\r\n~2\r\n:1\r\n:2\r\n",
  "|1\r\n+ttl\r\n:9\r\n+OK\r\n",
  ">2\r\n+message\r\n+hello\r\n",
].map((frame) => Buffer.from(frame));

test("frames are the same however the bytes are cut", () => {
  const bytes = Buffer.concat(FRAMES);
  for (let size = 1; size <= bytes.length; size++) {
    const frames = createFrames();
    const seen: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) seen.push(...frames.push(bytes.subarray(at, at + size)));
    expect(seen.map(String)).toEqual(FRAMES.map(String));
  }
});

test("the words of a request are read from an array or from a line", () => {
  expect(wordsOf(Buffer.from("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\nä!\r\n"))).toEqual(["SET", "k", "ä!"]);
  expect(wordsOf(Buffer.from("PING  now\r\n"))).toEqual(["PING", "now"]);
});

test("a push is told apart from a reply", () => {
  expect(FRAMES.filter(isPush)).toHaveLength(1);
});
