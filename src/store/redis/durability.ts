import { z } from "zod";
import type { Milliseconds } from "../../domain/units.js";

const REPLICAS_EXPECTED = "a whole number from 0 to 100";

export const durabilitySchema = z
  .enum(["fast", "replicated", "durable"], { error: '"fast", "replicated" or "durable"' })
  .default("fast");
export const replicasSchema = z
  .int({ error: REPLICAS_EXPECTED })
  .min(0, { error: REPLICAS_EXPECTED })
  .max(100, { error: REPLICAS_EXPECTED })
  .optional();

/** The command that follows every write, and how many must confirm before the write counts. */
export type Confirmation = {
  readonly command: "WAIT" | "WAITAOF";
  readonly disks: number;
  readonly replicas: number;
  readonly within: Milliseconds;
};

/** `null`: a write counts as soon as the server has run it. */
export function confirmationFor(
  durability: "fast" | "replicated" | "durable",
  replicas: number | undefined,
  timeout: Milliseconds,
): Confirmation | null {
  const within = Math.max(1, Math.floor(timeout * 0.75));
  if (durability === "fast") return null;
  if (durability === "replicated") return { command: "WAIT", disks: 0, replicas: Math.max(1, replicas ?? 1), within };
  return { command: "WAITAOF", disks: 1, replicas: replicas ?? 0, within };
}

export function confirmationArgs({ command, disks, replicas, within }: Confirmation): string[] {
  const counts = command === "WAIT" ? [replicas] : [disks, replicas];
  return [...counts, within].map(String);
}

/** Why the reply to `WAIT` or `WAITAOF` confirms nothing, or `null` when it does. */
export function unconfirmedBecause(confirmation: Confirmation, reply: unknown): string | null {
  const { command, disks, replicas, within } = confirmation;
  const [onDisk, copied] = command === "WAIT" ? [disks, Number(reply)] : (reply as unknown[]).map(Number);
  if (!(Number(onDisk) >= disks)) return `it was not on the server's disk within ${within} ms`;
  if (!(Number(copied) >= replicas)) return `${copied} of ${replicas} replicas had it within ${within} ms`;
  return null;
}
