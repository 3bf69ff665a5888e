import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startRedis } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";

const run = promisify(execFile);

async function start(env: Record<string, string>): Promise<string> {
  const { stdout } = await run(process.execPath, ["examples/shop/main.js"], { env: { ...process.env, ...env } });
  return stdout;
}

describe("npm start", () => {
  test("says for every message who got which code and why, with the text", async () => {
    const printed = await start({ REDIS_URL: "" });
    expect(printed).toContain("Codes of 4 offers in this process's memory.");
    expect(printed).toContain(
      [
        "Ann: Keeps WELCOME-XLUSX3: received 28 September 2026, not redeemed, valid until 27 December 2026.",
        "    Subject: Ann, WELCOME-XLUSX3 is yours",
        "    Hi Ann,",
        "    your code is still waiting for 10% off your first order: WELCOME-XLUSX3",
      ].join("\n"),
    );
    expect(printed).toContain(
      "Ben: Gets WELCOME-VCDQ6L: the code held before has expired, valid until 21 February 2027.",
    );
    expect(printed).toContain("Cleo: Gets VIP-VKM2F32T: the code held before is redeemed");
    expect(printed).toContain("Dan: Shows the fallback THANKYOU: its pool is empty.");
    expect(printed).toContain("    Thanks for writing, Ben! Your sign-up code was WELCOME-VJDX39.");
    expect(printed).toContain('NOT SENT: The offer has no code for subscriber "sub_dan"');
    expect(printed).toContain("shipfree 2026-11: 8 in the pool, 4 given out");
  });

  test("gives the same codes and reasons over Redis, and leaves nothing behind", async () => {
    const redis = await startRedis();
    const overRedis = await start({ REDIS_URL: redis.url });
    const embedded = await start({ REDIS_URL: "" });
    expect(overRedis.replace("in Redis.", "in this process's memory.")).toBe(embedded);
    expect(await withClient(redis, (client) => client.dbsize())).toBe(0);
  });

  test("says in one line that Redis is not there", async () => {
    const failed = start({ REDIS_URL: "redis://127.0.0.1:1" });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: "npm start: the Redis of REDIS_URL cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n",
    });
  });
});
