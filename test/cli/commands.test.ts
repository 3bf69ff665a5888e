import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Redis } from "ioredis";
import { createResolver, type Message, type Resolver } from "offer-code";
import { redisStore } from "offer-code/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRedis } from "../setup/redis.js";
import { createSandbox, type Ended, type Sandbox } from "./process.js";

let sandbox: Sandbox;
let client: Redis;
let resolver: Resolver;

beforeAll(async () => {
  const server = await startRedis();
  sandbox = createSandbox(server.url);
  client = new Redis(server.url);
  const store = redisStore(client, { timeout: 10_000, onWarning: () => {} });
  resolver = createResolver({ store, cache: false, now: () => NOW });
});
afterAll(async () => {
  await resolver.close();
  client.disconnect();
  sandbox.remove();
});

const NOW = Date.now();
const DAY = 86_400_000;

async function says(words: string, expected: string, exitCode = 0): Promise<void> {
  const ended = await sandbox.run(words);
  expect({ ...ended, stdout: lines(ended.stdout) }).toEqual({ stdout: lines(expected), stderr: "", exitCode });
}

/** Removes the indent that a text has in a test. */
function lines(text: string): string[] {
  const all = text.split("\n").map((line) => line.trimEnd());
  const filled = all.filter(Boolean);
  const margin = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return filled.map((line) => line.slice(margin));
}

function json(ended: Ended): unknown {
  expect(ended).toMatchObject({ stderr: "" });
  return JSON.parse(ended.stdout);
}

function message(id: string, subscriberId: string): Message {
  return { id, type: "campaign", channel: "email", subscriberId, offerId: "welcome10" };
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

function longDay(at: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(at);
}

// One shop from its first offer to its last rollback: each test continues where the one before ended.
describe.sequential("the command line over one shop", () => {
  const welcome = {
    id: "welcome10",
    name: "10% off",
    window: { type: "time-to-live", amount: 90, unit: "day" },
    lowStock: 5,
  };

  test("define shows what it would create, and creates it", async () => {
    sandbox.file("offers.json", JSON.stringify([welcome, { id: "autumn", window: { type: "custom-period" } }]));
    await says(
      "define offers.json --dry-run",
      `
      created    welcome10
      created    autumn
      Dry run, nothing is saved: 2 offers created, 0 changed, 0 unchanged`,
    );
    await says("offers", "There is no offer yet.");
    await says(
      "define offers.json",
      `
      created    welcome10
      created    autumn
      2 offers created, 0 changed, 0 unchanged`,
    );
  });

  test("define shows what changes, field by field", async () => {
    const changed = { ...welcome, name: undefined, window: { ...welcome.window, amount: 30 } };
    await says(
      "define offers.json",
      `
      unchanged  welcome10
      unchanged  autumn
      0 offers created, 0 changed, 2 unchanged`,
    );
    sandbox.file("one.json", JSON.stringify(changed));
    await says(
      "define one.json --dry-run",
      `
      changed    welcome10
                 name: "10% off" -> none
                 window.amount: 90 -> 30
      Dry run, nothing is saved: 0 offers created, 1 changed, 0 unchanged`,
    );
    expect(json(await sandbox.run("define one.json --dry-run --json"))).toMatchObject({
      dryRun: true,
      offers: [
        {
          status: "changed",
          changes: [
            { field: "name", from: "10% off" },
            { field: "window.amount", from: 90, to: 30 },
          ],
        },
      ],
    });
  });

  test("import says what it would do, does it, and says what became of every line", async () => {
    sandbox.file("codes.csv", "code\nA7K2\nB9Q4\nC3M8\na7k2\ntwo words\nD5T1\n");
    const report = (title: string, added: string, total: string) => `
      ${title}
      ${added}
      twice in the file    1
      in the pool already  0
      given out already    0
      in another offer     0
      refused              1
      batch first (any day): ${total}
      Refused:
        line 6: a blank inside: "two words"`;
    const dry = "Dry run, nothing is added: codes.csv -> welcome10";
    await says(
      "import welcome10 codes.csv --batch first --dry-run",
      report(dry, "would be added       4", "4 codes"),
      1,
    );
    await says(
      "import welcome10 codes.csv --batch first",
      report("codes.csv -> welcome10", "added                4", "4 codes"),
      1,
    );
  });

  test("import tells where a code is already: in the pool, given out, in another offer", async () => {
    sandbox.file("autumn.csv", "X1;2099-11-01;2099-11-30\nX2;2099-12-01;2099-12-31\nA7K2;2099-11-01;2099-11-30\n");
    await says(
      "import autumn autumn.csv",
      `
      autumn.csv -> autumn (no header: the first column holds the codes)
      added                2
      twice in the file    0
      in the pool already  0
      given out already    0
      in another offer     1
      refused              0
      batch 2099-11-01 to 2099-11-30: 1 code
      batch 2099-12-01 to 2099-12-31: 1 code`,
    );
    await resolver.resolve(message("msg_1", "sub_1"));
    sandbox.file("more.csv.gz", gzipSync("code\r\nA7K2\r\nB9Q4\r\n"));
    expect(json(await sandbox.run("import welcome10 more.csv.gz --json"))).toMatchObject({
      added: 0,
      duplicates: { inFile: 0, inPool: 1, givenOut: 1, inOtherOffer: 0 },
      batches: [{ id: "more", added: 0 }],
    });
  });

  test("import reads standard input", async () => {
    const ended = await sandbox.run("import welcome10 - --batch first --json", "E6R2\n");
    expect(json(ended)).toMatchObject({ file: "standard input", added: 1, complete: true });
    await sandbox.run("rollback welcome10 more");
  });

  test("preflight says whether the codes will last, and so does its exit code", async () => {
    sandbox.file("audience.csv", "subscriber_id\nsub_1\nsub_2\nsub_3\n");
    await says(
      "preflight welcome10 audience.csv",
      `
      recipients            3
      keep a code           1
      need a new code       2
        hold no code of it  2
      codes available       4
      Enough: 2 left afterwards.`,
    );
    const many = Array.from({ length: 8 }, (_, number) => `new_${number}`).join("\n");
    sandbox.file("large.csv", `Subscriber\nsub_1\n${many}\n`);
    await says(
      "preflight welcome10 large.csv",
      `
      recipients            9
      keep a code           1
      need a new code       8
        hold no code of it  8
      codes available       4
      SHORT by 4.`,
      1,
    );
    const later = new Date(NOW + 100 * DAY).toISOString();
    expect(json(await sandbox.run(`preflight welcome10 audience.csv --json --at ${later}`))).toEqual({
      recipients: 3,
      reuse: 0,
      needNew: 3,
      why: { expired: 1, "first-code": 2 },
      available: 4,
      short: 0,
    });
  });

  test("explain says the answer, what led to it, and what would change it", async () => {
    const until = NOW + 90 * DAY;
    await says(
      "explain --subscriber sub_1 --offer welcome10",
      `
      sub_1: Keeps A7K2: received ${longDay(NOW)}, not redeemed, valid until ${longDay(until)}.
      Reason: still-valid. Sign-up offer: none recorded.
      Codes held, newest first (UTC):
      CODE  BATCH  GIVEN OUT         BY MESSAGE  REDEEMED  SENT UNTIL
      A7K2  first  ${minute(NOW)}  msg_1       no        ${minute(until)}  the first ever
      What would change it:
      - A7K2 is sent until ${longDay(until)}, ${minute(until).slice(11)} (UTC); from then on the next message gets a new code.
      - Once A7K2 is redeemed, the next message gets a new code.`,
    );
    const ended = await sandbox.run("explain --subscriber sub_1 --type auto-response");
    expect(ended).toMatchObject({ exitCode: 1, stderr: "" });
    expect(ended.stdout).toContain("Gets no code: the subscriber has no known sign-up offer.");
  });

  test("who finds a code in any letter case", async () => {
    await says(
      "who a7k2",
      `
      code       A7K2
      offer      welcome10
      batch      first (any day)
      holder     sub_1
      message    msg_1
      given out  ${minute(NOW)} (UTC)
      redeemed   no`,
    );
    await says("who nonsense", "No offer has the code nonsense.", 1);
    expect(json(await sandbox.run("who B9Q4 --json"))).toMatchObject({ status: "in-pool", subscriberId: null });
  });

  test("redeem marks a code once", async () => {
    await says(
      "redeem A7K2 --at 2099-11-20T10:00",
      "A7K2 of welcome10, held by sub_1: redeemed 2099-11-20 10:00 (UTC).",
    );
    await says("redeem a7k2", "A7K2 of welcome10, held by sub_1: was redeemed already, 2099-11-20 10:00 (UTC).");
    await says("redeem nonsense", "No offer has the code nonsense.", 1);
  });

  test("redeem reads a file, and reports what it does not know by its line", async () => {
    sandbox.file("used.csv", "code,redeemed_at\nA7K2,2099-11-21\nX1,2099-11-21\nSUMMER,2099-11-21\nX2,yesterday\n");
    await says(
      "redeem --file used.csv",
      `
      redeemed         1
      redeemed before  1
      unknown          1
      refused          1
        line 4: unknown: SUMMER
        line 5: not an instant such as 2026-11-30T18:00:00Z: "yesterday"`,
      1,
    );
  });

  test("offers and stats count codes, and say how long they will last", async () => {
    await says(
      "offers",
      `
      OFFER      NAME     WINDOW         IN POOL  GIVEN OUT  REDEEMED  LASTS
      autumn              custom period        1          0         0  empty
      welcome10  10% off  90 days              4          1         1  4 days  low`,
    );
    await says(
      "stats welcome10",
      `
      offer        welcome10 (10% off)
      window       90 days (UTC)
      in the pool  4
      given out    1
      redeemed     1
      rate         1 a day over the last 7 days
      lasts        4 days
      low stock    yes, below 5
      BATCH  DAYS     IN POOL  GIVEN OUT  REDEEMED  STATE
      first  any day        4          1         1  open
      more   any day        0          0         0  open`,
    );
  });

  test("export writes what was given out, and spreadsheets run no cell of it as a formula", async () => {
    sandbox.file("odd.csv", "=1+1\n");
    await sandbox.run("import welcome10 odd.csv --any-shape");
    await sandbox.run("rollback welcome10 first");
    await resolver.resolve(message("@msg", "+4917012345"));
    const ended = await sandbox.run("export welcome10");
    const until = new Date(NOW + 90 * DAY).toISOString();
    const at = new Date(NOW).toISOString();
    expect(ended.stdout).toBe(
      [
        "code,subscriber_id,message_id,batch,starts_on,ends_on,issued_at,sent_until,redeemed_at,state",
        `A7K2,sub_1,msg_1,first,,,${at},${until},2099-11-20T10:00:00.000Z,`,
        `'=1+1,'+4917012345,'@msg,odd,,,${at},${until},,`,
        "",
      ].join("\r\n"),
    );
    expect(await sandbox.run("export welcome10 --batch odd --out odd-given.csv")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(join(sandbox.dir, "odd-given.csv"), "utf8").split("\r\n")).toHaveLength(3);
    const again = await sandbox.run("export welcome10 --out odd-given.csv");
    expect(again).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "offer-code: odd-given.csv: file already exists\n",
    });
    const rows = (await sandbox.run("export welcome10 --json")).stdout.trim().split("\n");
    expect(rows.map((row) => JSON.parse(row).code)).toEqual(["A7K2", "=1+1"]);
  });

  test("rollback takes back what nobody has, and lists the rest", async () => {
    sandbox.file("wrong.csv", "W1\nW2\nW3\n");
    await sandbox.run("import welcome10 wrong.csv");
    await resolver.resolve(message("msg_9", "sub_9"));
    await says(
      "rollback welcome10 wrong --dry-run",
      `
      Batch wrong of welcome10: 2 codes would be taken back (dry run, nothing is changed).
      1 code given out, 0 of them redeemed: these stay valid.
      CODE  SUBSCRIBER  GIVEN OUT                 REDEEMED
      W1    sub_9       ${new Date(NOW).toISOString()}  -`,
    );
    await says(
      "rollback welcome10 wrong --out given-out.csv",
      `
      Batch wrong of welcome10: 2 codes taken back.
      1 code given out, 0 of them redeemed: these stay valid. Listed in given-out.csv.`,
    );
    expect(readFileSync(join(sandbox.dir, "given-out.csv"), "utf8")).toMatch(/^code,.*\r\nW1,sub_9,msg_9,wrong,/);
    const unknown = await sandbox.run("rollback welcome10 nonsense --out never.csv");
    expect(unknown.stderr).toBe('offer-code: batch: expected the name of a batch of this offer, but got: "nonsense"\n');
    expect(existsSync(join(sandbox.dir, "never.csv"))).toBe(false);
  });

  test("forget removes a person, and reconcile finds that everything agrees", async () => {
    await says("forget sub_9", "Forgotten: sub_9. 1 code given out before, now to nobody in particular.");
    expect((await sandbox.run("who W1")).stdout).toContain("holder     a subscriber who was forgotten");
    const ended = await sandbox.run("reconcile welcome10");
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Everything agrees.") });
    await client.rpush("oc:{welcome10}:pool:0", "STRAY");
    const faulty = await sandbox.run("reconcile welcome10");
    expect(faulty.exitCode).toBe(1);
    expect(faulty.stdout).toContain("STRAY");
  });
});

test("revoke takes leaked codes out of circulation, and --restore puts back what nobody was given", async () => {
  sandbox.file("leaky.json", '{ "id": "leaky" }');
  sandbox.file("leaky.csv", "L1\nL2\nL3\nL4\n");
  await sandbox.run("define leaky.json");
  await sandbox.run("import leaky leaky.csv");
  expect(await resolver.resolve({ ...message("l1", "sub_8"), offerId: "leaky" })).toMatchObject({ code: "L1" });
  await says("revoke l1", "L1 of leaky, held by sub_8, who gets a new one: revoked.");
  await says("revoke L1", "L1 of leaky, held by sub_8, who gets a new one: was revoked already.");
  await says("revoke L2", "L2 of leaky, held by nobody: revoked.");
  await says("revoke nonsense", "No offer has the code nonsense.", 1);
  const ended = await sandbox.run("explain --subscriber sub_8 --offer leaky");
  expect(ended.stdout).toMatch(/^L1 .* no {8}revoked$/m);
  await says("revoke L1 --restore", "L1 of leaky: a subscriber was given it, so it stays revoked.", 1);
  await says("revoke L2 --restore", "L2 of leaky: restored, it is handed out again.");
  await says("revoke L2 --restore", "L2 of leaky: it was not revoked.");
  sandbox.file("leaked.csv", "code,where\nL1,forum\nL3,forum\nL9,forum\n");
  expect(json(await sandbox.run("revoke --file leaked.csv --json"))).toMatchObject({
    statuses: { "already-revoked": 1, revoked: 1, "unknown-code": 1 },
  });
  const next = await resolver.resolve({ ...message("l1", "sub_8"), offerId: "leaky" });
  expect(next).toMatchObject({ code: "L2", reason: "revoked" });
  expect((await sandbox.run("who L3")).stdout).toContain("revoked    yes");
  expect(await sandbox.run("reconcile leaky")).toMatchObject({ exitCode: 0 });
});

test("every command has an example in its help, and the exit codes are told", async () => {
  const { stdout } = await sandbox.run("--help");
  expect(stdout).toContain("Exit codes: 0 done; 1 the answer is no");
  const names = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gm)].map(([, name]) => name as string);
  expect(names.sort()).toEqual(
    "check codes define explain export forget generate import merge offers preflight preview reconcile redeem render revoke rollback stats watch who".split(
      " ",
    ),
  );
  const own = names.filter((name) => !["check", "preview", "render"].includes(name));
  const helps = await Promise.all(own.map((name) => sandbox.run(`${name} --help`)));
  for (const [place, help] of helps.entries()) {
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toContain(`$ offer-code ${own[place]}`);
  }
});
