import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { checked, InvalidInputError } from "../../domain/errors.js";
import { TYPE_NAMES } from "../definition.js";

const LARGEST_BODY = 4_000_000;
const LONGEST_SOURCE = 1_000_000;

const text = z.string({ error: "text" }).max(LONGEST_SOURCE, { error: `at most ${LONGEST_SOURCE} characters` });
const partSchema = z.enum(["subject", "body", "text"], { error: '"subject", "body" or "text"' });
const supposition = z.enum(
  ["redeemed", "never-received", "expired", "pool-empty", "no-open-batch", "no-sign-up-offer", "redis-down"],
  { error: "something that can be supposed" },
);
const data = z
  .record(z.string(), z.unknown(), { error: "an object" })
  .refine((fields) => !("offer" in fields), { error: "no field named offer, as offer means the message's offer" });
const question = {
  template: text,
  at: text.optional(),
  suppose: z.array(supposition, { error: "a list" }).optional(),
  draft: z.strictObject({ subject: text.optional(), body: text.optional(), text: text.optional() }).optional(),
  edited: z.record(text, data, { error: "an object" }).optional(),
};

export const matrixSchema = z.strictObject(question);
export const messageSchema = z.strictObject({
  ...question,
  subscriber: text,
  type: z.enum(TYPE_NAMES, { error: "a message type" }),
  images: z.boolean({ error: "true or false" }).optional(),
});
export const saveSchema = z.strictObject({ template: text, part: partSchema, text, was: text });

/** Reads and checks the body of a request. */
export async function bodyOf<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!request.headers["content-type"]?.startsWith("application/json")) throw new InvalidInputError("expected JSON");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_BODY) throw new InvalidInputError(`expected at most ${LARGEST_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return checked(schema, "request", jsonOf(Buffer.concat(chunks).toString("utf8")));
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new InvalidInputError("expected JSON", { cause: error });
  }
}
