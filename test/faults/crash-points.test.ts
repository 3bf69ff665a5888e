import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startRedis } from "../setup/redis.js";
import { client, fill, messageOf, size, testStore } from "./test-store.js";

const worker = fileURLToPath(new URL("worker.js", import.meta.url));

/** Runs a worker until it ends; the signal that ended it. */
function run(url: string, diesAfter: string): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, url, diesAfter], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (text) => {
      errors += text;
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => (code ? reject(new Error(errors)) : resolve(signal)));
  });
}

test.each([
  "claim",
  "send",
  "acknowledge",
])("a worker killed after the %s, and its job done again by another: one code for the message, one gone from the pool", async (diesAfter) => {
  const server = await startRedis();
  const own = client(server.url);
  const { store } = testStore(own);
  await fill(store, 50);
  const jobs = size(1, 10);
  for (let n = 0; n < jobs; n++) await own.rpush("jobs", JSON.stringify(messageOf(`m${n}`, `s${n}`)));
  for (let n = 0; n < jobs; n++) {
    expect(await run(server.url, diesAfter)).toBe("SIGKILL");
    if (diesAfter !== "acknowledge") await run(server.url, "nothing");
    if ((await own.llen("jobs")) === 0) break;
  }
  const codes = new Set<string>();
  for (let n = 0; n < jobs; n++) {
    const shown = new Set(await own.lrange(`mailbox:m${n}`, 0, -1));
    expect(shown.size).toBe(1);
    for (const code of shown) codes.add(code);
  }
  expect(codes.size).toBe(jobs);
  expect((await store.counts("welcome"))?.[0]).toMatchObject({ givenOut: jobs });
});
