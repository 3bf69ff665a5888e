import { Redis } from "ioredis";
import { afterAll, describe, expect, test } from "vitest";
import { startCluster, startRedis, startReplica, startSentinel } from "./redis.js";
import { withClient } from "./redis-client.js";
import { eventually } from "./wait.js";

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("startRedis", () => {
  test("gives each caller a server of its own on the loopback interface", async () => {
    const servers = await Promise.all(Array.from({ length: 8 }, () => startRedis()));
    expect(new Set(servers.map((server) => server.port)).size).toBe(8);
    await Promise.all(servers.map((server, index) => withClient(server, (client) => client.set("name", index))));
    for (const [index, server] of servers.entries()) {
      await withClient(server, async (client) => {
        expect(await client.get("name")).toBe(String(index));
        expect(await client.config("GET", "bind")).toContain("127.0.0.1");
        expect(await client.info("server")).toContain(`process_id:${server.pid}`);
      });
    }
    await Promise.all(servers.map((server) => server.stop()));
    expect(servers.filter((server) => isRunning(server.pid))).toEqual([]);
  });

  test("keeps what was acknowledged over kill9 and restart, with appendOnly", async () => {
    const server = await startRedis({ appendOnly: true });
    await withClient(server, (client) => client.set("kept", "yes"));
    const firstPid = server.pid;
    await server.kill9();
    expect(isRunning(firstPid)).toBe(false);
    await server.restart();
    expect(server.pid).not.toBe(firstPid);
    expect(await withClient(server, (client) => client.get("kept"))).toBe("yes");
  });

  test("asks for the password, and limits the memory", async () => {
    const server = await startRedis({ password: "s3cret/@", maxMemory: "4mb" });
    expect(await withClient(server, (client) => client.config("GET", "maxmemory"))).toContain("4194304");
    const stranger = new Redis(server.port, server.host, { retryStrategy: null });
    stranger.on("error", () => {});
    await expect(stranger.get("key")).rejects.toThrow("NOAUTH");
    stranger.disconnect();
  });

  test("answers nothing while it is paused", async () => {
    const server = await startRedis();
    await withClient(server, async (client) => {
      await client.ping();
      server.pause();
      const answer = client.ping();
      expect(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50, "silence"))])).toBe(
        "silence",
      );
      server.resume();
      expect(await answer).toBe("PONG");
    });
  });

  test("shows what the server said when it cannot start", async () => {
    await expect(startRedis({ config: { "maxmemory-policy": "nonsense" } })).rejects.toThrow(
      /ended before it was ready:.*maxmemory-policy/s,
    );
  });
});

test("startReplica follows its primary", async () => {
  const primary = await startRedis({ password: "s3cret" });
  const replica = await startReplica(primary);
  await withClient(primary, async (client) => {
    await client.set("copied", "yes");
    expect(await client.wait(1, 5_000)).toBe(1);
  });
  expect(await withClient(replica, (client) => client.get("copied"))).toBe("yes");
});

test("startSentinel promotes the replica of a dead primary", async () => {
  const primary = await startRedis();
  const replica = await startReplica(primary);
  const sentinel = await startSentinel(primary);
  const client = new Redis({ sentinels: [sentinel], name: sentinel.name });
  afterAll(() => client.disconnect());
  client.on("error", () => {});
  await client.set("before", "yes");
  await withClient(sentinel, (watcher) =>
    eventually(
      async () => JSON.stringify(await watcher.call("SENTINEL", "REPLICAS", sentinel.name)).includes(`${replica.port}`),
      "a sentinel that knows the replica",
    ),
  );
  await primary.kill9();
  await withClient(replica, (candidate) =>
    eventually(async () => (await candidate.info("replication")).includes("role:master"), "a new primary"),
  );
  expect(await client.set("after", "yes")).toBe("OK");
});

test("startCluster covers every slot with a primary and a replica", async () => {
  const cluster = await startCluster();
  expect(cluster.nodes).toHaveLength(6);
  const client = new Redis.Cluster([cluster.nodes[0]!]);
  await Promise.all(Array.from({ length: 100 }, (_, index) => client.set(`key:${index}`, index)));
  expect(await client.get("key:42")).toBe("42");
  client.disconnect();
  const roles = await Promise.all(
    cluster.nodes.map((node) => withClient(node, async (one) => /role:(\w+)/.exec(await one.info("replication"))?.[1])),
  );
  expect(roles).toEqual(["master", "master", "master", "slave", "slave", "slave"]);
});
