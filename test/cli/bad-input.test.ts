import { createServer, type Server } from "node:net";
import { Redis } from "ioredis";
import { redisStore } from "offer-code/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stock } from "../fixtures.js";
import { freePort, startRedis } from "../setup/redis.js";
import { createSandbox, endOf, type Sandbox } from "./process.js";

let sandbox: Sandbox;
let client: Redis;

beforeAll(async () => {
  const server = await startRedis();
  sandbox = createSandbox(server.url);
  client = new Redis(server.url);
  const store = redisStore(client, { onWarning: () => {} });
  await stock(store);
  await stock(store, { id: "dated", window: { type: "custom-period" } }, []);
});
afterAll(() => {
  client.disconnect();
  sandbox.remove();
});

/** The command complains in this one line, prints nothing else, and changes nothing. */
async function complains(words: string, line: string | RegExp, exitCode = 2): Promise<void> {
  const before = await keys();
  const ended = await sandbox.run(words);
  expect(ended).toEqual({ exitCode, stdout: "", stderr: expect.stringMatching(/^offer-code: [^\n]*\n$/) });
  const said = ended.stderr.slice("offer-code: ".length, -1);
  if (typeof line === "string") expect(said).toBe(line);
  else expect(said).toMatch(line);
  expect(await keys()).toEqual(before);
}

async function keys(): Promise<Record<string, unknown>> {
  const names = (await client.keys("*")).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await contents(name)])));
}

/** Redis may change the order of a hash by itself. */
async function contents(key: string): Promise<unknown> {
  return (await client.type(key)) === "hash" ? client.hgetall(key) : client.dump(key);
}

describe("a wrong command", () => {
  test.each([
    ["nonsense", "unknown command 'nonsense'"],
    ["ofers", "unknown command 'ofers' (Did you mean offers?)"],
    ["who", "missing required argument 'code'"],
    ["who A1 B2", "too many arguments for 'who'. Expected 1 argument but got 2."],
    ["who A1 --nonsense", "unknown option '--nonsense'"],
    ["explain --offer welcome", "required option '--subscriber <id>' not specified"],
    [
      "explain --subscriber s1 --offer nowhere --type sms",
      /option '--type <type>' argument 'sms' is invalid\. Allowed choices are campaign/,
    ],
    [
      "explain --subscriber s1 --offer welcome --at tomorrow",
      '--at: expected a day or a time such as 2026-12-24 or 2026-12-24T18:00, but got: "tomorrow"',
    ],
    [
      "explain --subscriber s1 --offer welcome --at 2026-12-24T18:00+02",
      '--at: expected a day or a time such as 2026-12-24 or 2026-12-24T18:00, but got: "2026-12-24T18:00+02"',
    ],
    ["redeem", "redeem: give either a code or --file FILE"],
    ["redeem A1 --file x.csv", "redeem: give either a code or --file FILE"],
    ["offers --prefix a{b", /^options\.prefix: expected 1 to 100 characters without braces/],
    ["stats nowhere", 'offerId: expected the id of a saved offer, but got: "nowhere"'],
    ["export nowhere", 'offerId: expected the id of a saved offer, but got: "nowhere"'],
    ["rollback nowhere b1", 'offerId: expected the id of a saved offer, but got: "nowhere"'],
    ["rollback welcome nothing", 'batch: expected the name of a batch of this offer, but got: "nothing"'],
  ])("%s", (words, line) => complains(words, line));
});

describe("a wrong offers file", () => {
  test.each<[string, unknown, string | RegExp]>([
    ["no JSON", "{ id: 1 }", /^offers\.json: this is not JSON: /],
    [
      "a field that is wrong",
      [{ id: "a" }, { id: "b", window: { type: "time-to-live", amount: -1, unit: "day" } }],
      "offers[1].window.amount: expected a whole number from 0 to 100000, but got: -1",
    ],
    ["a field that there is not", { id: "a", windows: {} }, "offer.windows: expected no such field, but got: {}"],
    ["one id twice", [{ id: "a" }, { id: "a" }], 'offers[1].id: "a" is defined twice, first by offers[0]'],
    ["no offers", 7, "offers: expected an offer or a list of offers, but got: 7"],
  ])("%s", async (_, content, line) => {
    sandbox.file("offers.json", typeof content === "string" ? content : JSON.stringify(content));
    await complains("define offers.json", line);
  });
});

describe("a wrong codes file", () => {
  const dated = "code,starts_on,ends_on\n";
  test.each<[string, string | Uint8Array, string, string]>([
    ["nothing in it", "", "welcome", "codes.csv: the file is empty"],
    ["a header alone", "code\n", "welcome", "codes.csv: there is no code in it"],
    ["a binary file", Buffer.from([7, 0, 1, 2, 3]), "welcome", "codes.csv: this is a binary file, not a CSV file"],
    ["a quote never closed", 'code\nN1\n"N2\nN3\n', "welcome", "codes.csv: line 3: a quote is opened and never closed"],
    [
      "a wrong day",
      `${dated}N1,2026-13-01,\n`,
      "dated",
      'codes.csv: line 2: starts_on: expected a day such as 2026-11-30, but got: "2026-13-01"',
    ],
    [
      "an end before its start",
      `${dated}N1,2099-02-01,2099-01-01\n`,
      "dated",
      "codes.csv: line 2: it ends on 2099-01-01, before it starts on 2099-02-01",
    ],
    [
      "days that are over",
      `${dated}N1,,2020-01-01\n`,
      "dated",
      'codes.csv: batch "until 2020-01-01" ended on 2020-01-01, so none of its codes could ever be given out',
    ],
    [
      "no days for a custom period",
      "N1\n",
      "dated",
      'codes.csv: offer "dated" has a custom period, and batch "codes" has no days: add the columns starts_on and ends_on, or give days for all codes, or say that it is open for ever (openEnded, --open-ended)',
    ],
    ["an unknown offer", "N1\n", "nowhere", 'offerId: expected the id of a saved offer, but got: "nowhere"'],
  ])("%s", async (_, content, offer, line) => {
    sandbox.file("codes.csv", content);
    await complains(`import ${offer} codes.csv`, line);
  });

  test("days of the command line that are none, or the wrong way round, or not those of the batch", async () => {
    sandbox.file("codes.csv", "N1\n");
    await complains(
      "import welcome codes.csv --ends-on 30.11.2026",
      'options.endsOn: expected a day such as 2026-11-30, but got: "30.11.2026"',
    );
    await complains(
      "import welcome codes.csv --batch b --starts-on 2099-02-01 --ends-on 2099-01-01",
      'batch.endsOn: expected an end on or after its start, but got: "2099-01-01"',
    );
    await complains(
      "import welcome codes.csv --batch b1 --ends-on 2099-01-01",
      'batch "b1" runs without dates, so it cannot take codes that run to 2099-01-01: name another batch',
    );
  });

  test("no file, or a directory", async () => {
    await complains("import welcome absent.csv", "absent.csv: no such file");
    await complains("import welcome .", ".: is a directory, not a file");
    await complains("preflight welcome absent.csv", "absent.csv: no such file");
    await complains("redeem --file absent.csv", "absent.csv: no such file");
    await complains("define absent.json", "absent.json: no such file");
  });

  test("an audience with something that is no subscriber", async () => {
    sandbox.file("audience.csv", "subscriber_id\ns1\na{b\n");
    await complains(
      "preflight welcome audience.csv",
      /^audience\.csv: line 3: subscriber_id: expected 1 to 255 bytes .*, but got: "a\{b"$/,
    );
  });
});

describe("a Redis that cannot be asked", () => {
  test("is not there", async () => {
    const port = await freePort();
    await complains(
      `offers --redis redis://127.0.0.1:${port}`,
      `Redis at 127.0.0.1:${port}: nothing answers there (connection refused)`,
      3,
    );
  });

  test("wants a password, or another one, which is never shown", async () => {
    const { port } = await startRedis({ password: "secret-1" });
    await complains(
      `offers --redis redis://127.0.0.1:${port}`,
      `Redis at 127.0.0.1:${port}: it wants a password: redis://:PASSWORD@HOST:PORT`,
      3,
    );
    await complains(
      `offers --redis redis://:secret-2@127.0.0.1:${port}`,
      `Redis at 127.0.0.1:${port}: it refuses this user or password`,
      3,
    );
    const url = `redis://:secret-1@127.0.0.1:${port}`;
    expect(await endOf(sandbox.start(["offers"], { REDIS_URL: url }))).toMatchObject({ exitCode: 0, stderr: "" });
    const shown = await sandbox.run(`offers --redis ${url}`);
    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stderr).toMatch(/^offer-code: warning: the password of Redis is on the command line, .*\n$/);
    expect(shown.stderr).not.toContain("secret");
  });

  test("accepts and says nothing", async () => {
    const silent: Server = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    await complains(
      `offers --redis redis://127.0.0.1:${port}`,
      `Redis at 127.0.0.1:${port}: it does not answer within 5 seconds`,
      3,
    );
    silent.close();
  });

  test("has an address that is none", async () => {
    await complains("offers --redis localhost", "the address of Redis: expected a URL such as redis://localhost:6379");
    await complains("offers --redis redis://no-such-host.invalid", /^Redis at no-such-host\.invalid:6379: /, 3);
  });
});

test("a reader that leaves early is no fault", async () => {
  const { stdout, stderr, exitCode } = await sandbox.run("export welcome");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  expect(stdout).not.toBe("");
  const child = sandbox.start(["stats", "welcome"]);
  child.stdout?.destroy();
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const ended = await new Promise((resolve) => child.once("close", resolve));
  expect([ended, said]).toEqual([0, ""]);
});
