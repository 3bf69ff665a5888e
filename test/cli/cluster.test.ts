import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cluster, freePort, startCluster } from "../setup/redis.js";
import { createSandbox, type Sandbox } from "./process.js";

let cluster: Cluster;
let sandbox: Sandbox;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0 });
  sandbox = createSandbox(cluster.nodes[0]!.url);
  sandbox.file("offers.json", JSON.stringify([{ id: "one" }, { id: "two" }, { id: "three" }]));
  sandbox.file("codes.csv", "code\nA1\nA2\n");
});
afterAll(() => {
  sandbox.remove();
  return cluster.stop();
});

test("the address of one node is enough: offers of all nodes are reached", async () => {
  expect((await sandbox.run("define offers.json")).exitCode).toBe(0);
  for (const offer of ["one", "two", "three"]) {
    sandbox.file("own.csv", `code\n${offer}1\n${offer}2\n`);
    const { exitCode, stderr } = await sandbox.run(`import ${offer} own.csv`);
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("MOVED")]);
  }
  const { stdout } = await sandbox.run("offers --json");
  expect(JSON.parse(stdout)).toHaveLength(3);
});

test("several addresses are nodes of one cluster: one that is away does not matter", async () => {
  const away = `redis://127.0.0.1:${await freePort()}`;
  const { exitCode, stdout, stderr } = await sandbox.run(
    `stats one --redis ${away} --redis ${cluster.nodes[1]!.url} --json`,
  );
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(JSON.stringify(JSON.parse(stdout))).toContain('"inPool":2');
});

test("nodes that are all away are named in one line", async () => {
  const [one, other] = [await freePort(), await freePort()];
  const { exitCode, stderr } = await sandbox.run(`offers --redis redis://127.0.0.1:${one},redis://127.0.0.1:${other}`);
  expect(exitCode).not.toBe(0);
  expect(stderr).toBe(`offer-code: Redis at 127.0.0.1:${one}, 127.0.0.1:${other}: nothing answers there\n`);
});
