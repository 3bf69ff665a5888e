import { InvalidInputError, StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import { isCluster, optionsOf, primariesOf, type RedisClient } from "./client.js";
import { confirmationFailure } from "./confirmed-writes.js";
import type { Connection, StartupCheck } from "./connection.js";
import type { Confirmation } from "./durability.js";
import { checkRights } from "./rights.js";
import { appendFsyncOf, checkWaitAof, factsOf, type ServerFacts } from "./server-facts.js";

const OLDEST_MAJOR = 7;
/** With `appendfsync everysec`, a write is on disk after a second or two. */
const EVERYSEC_TAKES: Milliseconds = 2000;

type Options = {
  readonly prefix: string;
  readonly allowEviction: boolean;
  readonly onWarning: (warning: string) => void;
};

/**
 * Checks servers, account and client once, before the first script runs. Rejects with `InvalidInputError` when they cannot keep what is
 * promised, with `StoreUnavailableError` when they do not answer; then the next script checks again.
 */
export function startChecks(connection: Connection, options: Options): StartupCheck {
  let underWay: Promise<void> | null = null;
  let isDone = false;

  function pass(): Promise<void> {
    underWay ??= connection
      .command("startup check", () => checkAll(connection, options))
      .then((warnings) => {
        isDone = true;
        for (const warning of new Set(warnings)) options.onWarning(warning);
      })
      .finally(() => {
        if (!isDone) underWay = null;
      });
    return underWay;
  }

  return { isDone: () => isDone, pass };
}

async function checkAll(connection: Connection, options: Options): Promise<string[]> {
  const primaries = await primariesOf(connection.client);
  if (primaries.length === 0) throw new StoreUnavailableError("the cluster client knows no primary");
  const checked = await Promise.allSettled(primaries.map((each) => checkServer(each, connection, options)));
  const errors = checked.flatMap((each) => (each.status === "rejected" ? [each.reason as Error] : []));
  const unfit = errors.find((error) => error instanceof InvalidInputError);
  // Of a cluster, one server that answers is enough to start: the others may be failing over.
  if (unfit !== undefined || errors.length === primaries.length) throw unfit ?? errors[0];
  const warnings = checked.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  return [...warnings, ...(await replicaWarnings(connection, options)), ...clientWarnings(connection.client)];
}

async function checkServer(client: RedisClient, connection: Connection, options: Options): Promise<string[]> {
  const { confirmation } = connection;
  if (client.isReadOnly) return refuseOld(await factsOf(client));
  const keyPrefix = optionsOf(connection.client).keyPrefix ?? "";
  const [facts, sync] = await Promise.all([
    factsOf(client),
    confirmation?.command === "WAITAOF" ? appendFsyncOf(client) : null,
    confirmation?.command === "WAITAOF" && checkWaitAof(client),
  ]);
  refuseOld(facts);
  refuseEviction(facts, options);
  await checkRights(client, { keys: `${keyPrefix}${options.prefix}`, channels: options.prefix }, confirmation);
  return [...serverWarnings(facts, confirmation, options), ...diskWarnings(facts, sync, connection)];
}

function refuseOld({ major }: ServerFacts): [] {
  if (major === null || major >= OLDEST_MAJOR) return [];
  throw new InvalidInputError(`Redis ${OLDEST_MAJOR} or later is needed, but this server is version ${major}`);
}

function refuseEviction({ evictionPolicy }: ServerFacts, { allowEviction }: Options): void {
  if (evictionPolicy?.startsWith("allkeys-") && !allowEviction) {
    throw new InvalidInputError(
      `Redis has maxmemory-policy "${evictionPolicy}" and deletes codes when memory is short: set "noeviction", or allowEviction: true`,
    );
  }
}

function serverWarnings(facts: ServerFacts, confirmation: Confirmation | null, { allowEviction }: Options): string[] {
  const { evictionPolicy, replicas } = facts;
  const warnings = [];
  if (allowEviction && evictionPolicy?.startsWith("allkeys-")) {
    warnings.push(`Redis has maxmemory-policy "${evictionPolicy}" and deletes codes when memory is short`);
  }
  if (confirmation !== null && replicas !== null && replicas < confirmation.replicas) {
    warnings.push(
      `Redis has ${replicas} of the ${confirmation.replicas} replicas that have to confirm: no code will be handed out`,
    );
  }
  return warnings;
}

/**
 * Of the servers with `WAITAOF`, Redis 8 is known to wait for the disk with `appendfsync everysec`. Valkey up to 9.1 and Redict
 * answer before the file is synchronised.
 */
function diskWarnings(
  { isRedis, major }: ServerFacts,
  sync: string | null,
  { confirmation, timeout }: Connection,
): string[] {
  if (confirmation?.command !== "WAITAOF" || sync === "always") return [];
  const waitsForDisk = isRedis && major !== null && major >= 8;
  if (sync === null) {
    return waitsForDisk ? [] : ['durability "durable" needs "appendfsync always" on this server, which cannot be read'];
  }
  if (sync === "no" || !waitsForDisk) {
    throw new InvalidInputError(
      `durability "durable" needs "appendfsync always" on this server, but it is "${sync}"${waitsForDisk ? "" : ', and only Redis 8 confirms "everysec" reliably'}`,
    );
  }
  return timeout >= EVERYSEC_TAKES
    ? []
    : [
        `with "appendfsync everysec" a confirmation takes up to ${EVERYSEC_TAKES} ms, but the timeout is ${timeout} ms: most codes will not be handed out`,
      ];
}

/** A replica without an append-only file never confirms; only a confirmation shows it. */
async function replicaWarnings({ client, confirmation }: Connection, { prefix }: Options): Promise<string[]> {
  if (confirmation?.command !== "WAITAOF" || confirmation.replicas === 0) return [];
  const within = Math.floor(confirmation.within / 2);
  const failure = await confirmationFailure(client, `${prefix}:ready`, { ...confirmation, within });
  if (failure instanceof Error) throw failure;
  return failure === null ? [] : [`no code will be handed out: ${failure}`];
}

function clientWarnings(client: RedisClient): string[] {
  const options = optionsOf(client);
  if (client.options === undefined) return [];
  const { commandTimeout } = isCluster(client) ? (options.redisOptions ?? {}) : options;
  const warnings = [];
  if (commandTimeout === undefined) {
    warnings.push("the Redis client has no commandTimeout: commands of your own may wait for ever for a silent server");
  }
  if (isCluster(client) && options.scaleReads !== undefined && options.scaleReads !== "master") {
    warnings.push("the Redis client reads from replicas (scaleReads), which may be behind: let it read from masters");
  }
  return warnings;
}
