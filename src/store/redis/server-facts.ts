import { InvalidInputError } from "../../domain/errors.js";
import { type RedisClient, send } from "./client.js";

/** What a server says of itself. What its account may not read is `null`. */
export type ServerFacts = {
  readonly major: number | null;
  /** Redis itself, not Valkey, Redict or another that speaks its protocol. */
  readonly isRedis: boolean;
  readonly evictionPolicy: string | null;
  readonly replicas: number | null;
};

export async function factsOf(client: RedisClient): Promise<ServerFacts> {
  const info = String((await unlessRefused(send(client, "info"))) ?? "");
  const fact = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1] ?? null;
  const number = (text: string | null) => (text === null ? null : Number.parseInt(text, 10));
  return {
    major: number(fact("redis_version")),
    isRedis: (fact("server_name") ?? "redis") === "redis" && fact("redict_version") === null,
    evictionPolicy: fact("maxmemory_policy"),
    replicas: number(fact("connected_slaves")),
  };
}

/** `appendfsync` of the server, or `null` where the account may not read it. */
export async function appendFsyncOf(client: RedisClient): Promise<string | null> {
  const reply = await unlessRefused(send(client, "config", "get", "appendfsync"));
  if (Array.isArray(reply)) return reply[1] === undefined ? null : String(reply[1]);
  return (reply as { appendfsync?: string } | null)?.appendfsync ?? null;
}

/** Throws where the server has no `WAITAOF`, or nothing on disk to wait for. */
export async function checkWaitAof(client: RedisClient): Promise<void> {
  try {
    await send(client, "waitaof", 1, 0, 1);
  } catch (error) {
    if (!(error instanceof Error) || !/unknown command|appendonly|NOPERM/i.test(error.message)) throw error;
    const text = `durability "durable" needs Redis 7.2 or later, or Valkey, with "appendonly yes", but this server says: ${error.message}`;
    throw new InvalidInputError(text);
  }
}

/** The reply, or `null` where the account may not ask or the server does not know the command. */
function unlessRefused(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch((error: Error) => {
    if (/^(NOPERM|ERR unknown (sub)?command)/i.test(error.message)) return null;
    throw error;
  });
}
