import { Redis, type RedisOptions } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FaultProxy, SCRIPTS, startFaultProxy } from "./fault-proxy.js";
import { type RedisServer, startRedis } from "./redis.js";
import { eventually } from "./wait.js";

const server: RedisServer = await startRedis({ password: "s3cret" });
const direct = new Redis(server.url);
type ClientOptions = Pick<
  RedisOptions,
  "commandTimeout" | "maxRetriesPerRequest" | "enableReadyCheck" | "retryStrategy"
>;
const COUNT = "return redis.call('INCR', KEYS[1])";

describe.each([
  ["ioredis 6", Redis],
  ["ioredis 5", Redis5 as unknown as typeof Redis],
])("a fault proxy in front of %s", (_name, Client) => {
  let proxy: FaultProxy;
  const clients: Redis[] = [];

  const open = (options: ClientOptions = {}) => {
    const client = new Client(proxy.url, { retryStrategy: () => 5, ...options });
    client.on("error", () => {});
    clients.push(client);
    return client;
  };
  const ready = async (options: ClientOptions = {}) => {
    const client = open(options);
    await client.ping();
    proxy.forgetCommands();
    return client;
  };

  beforeEach(async () => {
    proxy = await startFaultProxy(server);
    await direct.del("n");
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
    proxy.close();
  });

  test("passes everything on, of any size, and counts commands and writes", async () => {
    const client = await ready();
    const big = "ä\r\n".repeat(200_000);
    await client.set("big", big);
    expect(await client.get("big")).toBe(big);
    proxy.forgetCommands();
    await client.pipeline().set("a", 1).get("a").hset("h", { f: "1" }).hgetall("h").exec();
    expect(proxy.commands.map(({ name }) => name)).toEqual(["SET", "GET", "HSET", "HGETALL"]);
    expect(proxy.commands[2]?.args).toEqual(["h", "f", "1"]);
    expect(proxy.writes).toBe(1);
    expect(proxy.count(["GET", "set"])).toBe(2);
    expect(proxy.connections).toBe(1);
  });

  test("drops the reply of a command that the server has run", async () => {
    const client = await ready({ maxRetriesPerRequest: 0 });
    const fault = proxy.dropReply(SCRIPTS, { times: 1 });
    await expect(client.eval(COUNT, 1, "n")).rejects.toThrow();
    expect(await direct.get("n")).toBe("1");
    expect(fault.hits).toBe(1);
    expect(await client.eval(COUNT, 1, "n")).toBe(2);
  });

  test("shows that the client runs a script again after a lost reply", async () => {
    const client = await ready();
    proxy.dropReply(SCRIPTS, { times: 1 });
    expect(await client.eval(COUNT, 1, "n")).toBe(2);
    expect(proxy.count(SCRIPTS)).toBe(2);
  });

  test("drops a reply and leaves the connection open and mute", async () => {
    const client = await ready({ commandTimeout: 100 });
    proxy.dropReply("INCR", { times: 1, close: false });
    await expect(client.incr("n")).rejects.toThrow("Command timed out");
    await expect(client.ping()).rejects.toThrow("Command timed out");
    expect(await direct.get("n")).toBe("1");
    expect(proxy.connections).toBe(1);
  });

  test("drops by a question about the command", async () => {
    const client = await ready({ maxRetriesPerRequest: 0 });
    proxy.dropReply(({ name, args }) => name === "SET" && args[0] === "struck");
    expect(await client.set("spared", 1)).toBe("OK");
    await expect(client.set("struck", 1)).rejects.toThrow();
  });

  test("cuts the connection in the middle of a reply", async () => {
    await direct.set("long", "x".repeat(10_000));
    const client = await ready({ maxRetriesPerRequest: 0 });
    const fault = proxy.cutReply("GET", { times: 1 });
    await expect(client.get("long")).rejects.toThrow();
    await fault.happened();
    expect(await client.get("long")).toHaveLength(10_000);
  });

  test("cuts the connection before the server sees the command", async () => {
    const client = await ready({ maxRetriesPerRequest: 0 });
    proxy.cutRequest("INCR", { times: 1 });
    await expect(client.incr("n")).rejects.toThrow();
    expect(await direct.get("n")).toBeNull();
  });

  test("delays a reply and keeps the order", async () => {
    const client = await ready();
    proxy.delayReply("INCR", 60);
    const before = performance.now();
    expect(await Promise.all([client.incr("n"), client.echo("behind")])).toEqual([1, "behind"]);
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  test("ends a fault when asked", async () => {
    const client = await ready({ maxRetriesPerRequest: 0 });
    const fault = proxy.cutRequest("INCR");
    await expect(client.incr("n")).rejects.toThrow();
    fault.end();
    expect(await client.incr("n")).toBe(1);
  });

  test("accepts and never answers, then lets everything through", async () => {
    const client = await ready();
    proxy.silence();
    const late = open({ commandTimeout: 100, enableReadyCheck: false });
    await expect(late.ping()).rejects.toThrow("Command timed out");
    const held = client.incr("n");
    expect(await direct.get("n")).toBeNull();
    proxy.speak();
    expect(await held).toBe(1);
  });

  test("refuses connections, then accepts them", async () => {
    proxy.refuse();
    const client = open({ retryStrategy: null });
    await expect(client.ping()).rejects.toThrow("Connection is closed");
    await proxy.accept();
    expect(await open().ping()).toBe("PONG");
  });

  test("cuts all connections at once", async () => {
    const [one, two] = [await ready(), await ready()];
    proxy.cutAll();
    expect(await Promise.all([one.ping(), two.ping()])).toEqual(["PONG", "PONG"]);
    await eventually(() => proxy.connections === 2, "two new connections");
  });

  test("passes messages to subscribers, and cuts them", async () => {
    const subscriber = await ready();
    const heard: string[] = [];
    subscriber.on("message", (_channel, text) => heard.push(text));
    await subscriber.subscribe("news", "weather");
    await direct.publish("news", "one");
    await eventually(() => heard.includes("one"), "the first message");
    proxy.cutAll();
    await eventually(async () => (await direct.publish("weather", "two")) > 0, "the subscription to come back");
    await eventually(() => heard.includes("two"), "the second message");
  });

  test("heals, and can lead to another server", async () => {
    const other = await startRedis({ password: "s3cret" });
    const client = await ready();
    await client.set("where", "first");
    proxy.refuse();
    proxy.silence();
    proxy.cutRequest("PING");
    proxy.target(other);
    proxy.cutAll();
    await proxy.heal();
    expect(await client.ping()).toBe("PONG");
    expect(await client.get("where")).toBeNull();
  });
});
