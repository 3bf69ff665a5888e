import { z } from "zod";
import { durabilitySchema, replicasSchema } from "./durability.js";
import { prefixSchema } from "./keys.js";

const TIMEOUT_EXPECTED = "milliseconds, 1 or more";

export const optionsSchema = z.strictObject(
  {
    prefix: prefixSchema,
    timeout: z.number({ error: TIMEOUT_EXPECTED }).min(1, { error: TIMEOUT_EXPECTED }).default(2000),
    durability: durabilitySchema,
    replicas: replicasSchema,
    allowEviction: z.boolean({ error: "true or false" }).default(false),
    onWarning: z
      .custom<(warning: string) => void>((value) => typeof value === "function", {
        error: "a function that takes a text",
      })
      .default(() => warnProcess),
  },
  { error: "an object of options" },
);

/**
 * - `prefix`: what every key begins with. Default `oc`.
 * - `timeout`: milliseconds that Redis may take for one reply, whatever the client's own options say. Default 2000.
 * - `durability`: what a code must survive before it is given out. `fast` (default): nothing. `replicated`: `replicas` have confirmed
 *   it. `durable`: the server's disk has. See docs/reliability.md.
 * - `replicas`: how many must confirm. Default 1 for `replicated`, 0 for `durable`.
 * - `allowEviction`: whether a server with an `allkeys-*` eviction policy is accepted, which deletes codes when memory is short. Default `false`.
 * - `onWarning`: called once with each setting of the server or the client that puts codes at risk. Default `process.emitWarning`.
 */
export type RedisStoreOptions = z.input<typeof optionsSchema>;

const warned = new Set<string>();

/** Emits a warning once in this process, however many stores find it. */
function warnProcess(warning: string): void {
  if (warned.has(warning)) return;
  warned.add(warning);
  process.emitWarning(warning, { type: "OfferCodeWarning" });
}
