import { InvalidInputError } from "../../domain/errors.js";
import { isCluster, type RedisClient } from "./client.js";
import type { Connection, StartupCheck } from "./connection.js";
import { type Confirmation, confirmationArgs } from "./durability.js";

/**
 * Looks at the server and the client once: before the first script where the answer decides whether any may run, otherwise
 * after the first that ran.
 */
export function startChecks(
  connection: Connection,
  warn: (warning: string) => void,
): StartupCheck & { ready(): Promise<void> } {
  const { confirmation } = connection;
  const mustPass = confirmation?.command === "WAITAOF";
  let underWay: Promise<void> | null = null;
  let isDone = false;

  function ready(): Promise<void> {
    underWay ??= check().then(
      () => {
        isDone = true;
      },
      (error) => {
        underWay = null;
        throw error;
      },
    );
    return underWay;
  }

  async function check(): Promise<void> {
    if (confirmation?.command === "WAITAOF") await refuseWithoutDisk(connection, confirmation);
    const infos = await Promise.all(serversOf(connection.client).map((one) => infoOf(connection, one)));
    const warnings = [...infos.flatMap((info) => serverWarnings(info, confirmation)), ...clientWarnings(connection)];
    for (const warning of new Set(warnings)) warn(warning);
  }

  return {
    ready,
    isOpen: () => !mustPass || isDone,
    pass: ready,
    passed: () => {
      if (underWay === null) ready().catch(() => {});
    },
  };
}

function serversOf(client: RedisClient): RedisClient[] {
  return isCluster(client) ? client.nodes("master") : [client];
}

/** A server that keeps this to itself (an account without the right to ask) is not warned about. */
async function infoOf(connection: Connection, client: RedisClient): Promise<string> {
  const info = await connection.command("info", () => client.info().catch(emptyWhenRefused));
  return String(info);
}

function emptyWhenRefused(error: Error): string {
  if (error.name === "ReplyError") return "";
  throw error;
}

async function refuseWithoutDisk(connection: Connection, confirmation: Confirmation): Promise<void> {
  const [disks = "1"] = confirmationArgs(confirmation);
  for (const server of serversOf(connection.client)) {
    const refused = await connection.command("WAITAOF", () =>
      server.call("WAITAOF", disks, "0", "1").then(() => null, reasonOf),
    );
    if (refused !== null) {
      const text = `durability "durable" needs Redis 7.2 or later, or Valkey, with "appendonly yes", but this server says: ${refused}`;
      throw new InvalidInputError(text);
    }
  }
}

function reasonOf(error: Error): string {
  if (error.name === "ReplyError") return error.message;
  throw error;
}

function serverWarnings(info: string, confirmation: Confirmation | null): string[] {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  const connected = /^connected_slaves:(\d+)/m.exec(info)?.[1];
  const warnings = [];
  if (policy !== undefined && policy !== "noeviction") {
    warnings.push(
      `Redis has maxmemory-policy "${policy}", so it may throw codes away when memory is short: set "noeviction"`,
    );
  }
  if (confirmation !== null && connected !== undefined && Number(connected) < confirmation.replicas) {
    const { replicas } = confirmation;
    warnings.push(
      `Redis has ${connected} of the ${replicas} replicas that have to confirm: no code will be handed out`,
    );
  }
  return warnings;
}

function clientWarnings({ client }: Connection): string[] {
  const options = isCluster(client) ? (client.options.redisOptions ?? {}) : client.options;
  const warnings = [];
  if (!("commandTimeout" in options) || options.commandTimeout === undefined) {
    warnings.push("the Redis client has no commandTimeout: commands of your own may wait for ever for a silent server");
  }
  if (isCluster(client) && client.options.scaleReads !== undefined && client.options.scaleReads !== "master") {
    warnings.push("the Redis client reads from replicas (scaleReads), which may be behind: let it read from masters");
  }
  return warnings;
}
