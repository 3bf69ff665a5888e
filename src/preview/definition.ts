import { z } from "zod";
import { codeSchema, idSchema } from "../domain/identifier.js";
import { MESSAGE_TYPES, type MessageType } from "../domain/message.js";
import { daySchema, parseOffer } from "../domain/offer.js";
import type { Engine } from "./api.js";

const TYPE_NAMES = Object.keys(MESSAGE_TYPES) as [MessageType, ...MessageType[]];
const INSTANT_EXPECTED = "a day such as 2026-11-30, or an instant such as 2026-11-30T09:00:00Z";

const instantSchema = z.string({ error: INSTANT_EXPECTED }).refine(isInstant, { error: INSTANT_EXPECTED });
const fileSchema = z.string({ error: "the path of a file in this folder" }).min(1, { error: "the path of a file" });
const ENGINES = ["handlebars", "liquid"] as const;
const typesSchema = z
  .array(z.enum(TYPE_NAMES, { error: TYPE_NAMES.map((name) => `"${name}"`).join(", ") }), { error: "a list of types" })
  .min(1, { error: "at least one message type" });
const segmentsSchema = z.int({ error: "a whole number of 1 or more" }).min(1, { error: "a whole number of 1 or more" });

const codeFileSchema = z.strictObject(
  { file: fileSchema, batch: idSchema, startsOn: daySchema.optional(), endsOn: daySchema.optional() },
  { error: "a code file: its file, batch and days" },
);

const receivedSchema = z.strictObject(
  {
    offer: idSchema,
    code: codeSchema,
    on: instantSchema,
    batch: idSchema.optional(),
    message: idSchema.optional(),
    redeemed: instantSchema.optional(),
  },
  { error: "a code received: offer, code, on, and redeemed where it was used" },
);

const subscriberSchema = z.strictObject(
  {
    id: idSchema,
    name: z.string({ error: "text" }).max(200, { error: "at most 200 characters" }).optional(),
    about: z.string({ error: "text" }).max(200, { error: "at most 200 characters" }).optional(),
    data: z
      .record(z.string(), z.unknown(), { error: "an object" })
      .refine((data) => !("offer" in data), { error: "no field named offer, as offer means the message's offer" })
      .default({}),
    signedUpWith: idSchema.optional(),
    received: z.array(receivedSchema, { error: "a list of codes received" }).default([]),
  },
  { error: "a subscriber" },
);

const templateSchema = z
  .strictObject(
    {
      id: idSchema,
      name: z.string({ error: "text" }).max(200, { error: "at most 200 characters" }).optional(),
      channel: z.enum(["email", "sms"], { error: '"email" or "sms"' }),
      file: fileSchema,
      engine: z.enum(ENGINES, { error: '"handlebars" or "liquid"' }).optional(),
      subject: z.string({ error: "text" }).optional(),
      text: fileSchema.optional(),
      layout: fileSchema.optional(),
      offer: idSchema.optional(),
      types: typesSchema.optional(),
      maxSegments: segmentsSchema.optional(),
    },
    { error: "a template" },
  )
  .superRefine(({ file, text, layout, engine }, context) => {
    for (const [field, name] of Object.entries({ file, text, layout })) {
      if (name === undefined || engine !== undefined || endingEngine(name) !== undefined) continue;
      const message = 'a file that ends in .hbs, .handlebars or .liquid, or the template\'s "engine"';
      context.addIssue({ code: "custom", message, path: [field] });
    }
  });

/** An offer is written as for `saveOffer`, and names its code files as well. */
const offerSchema = z.looseObject(
  { id: idSchema, codes: z.array(codeFileSchema, { error: "a list of code files" }).default([]) },
  { error: "an offer" },
);

const definitionSchema = z
  .strictObject(
    {
      name: z.string({ error: "text" }).max(200, { error: "at most 200 characters" }).optional(),
      now: instantSchema.optional(),
      offers: z.array(offerSchema, { error: "a list of offers" }).default([]),
      subscribers: z.array(subscriberSchema, { error: "a list of subscribers" }).min(1, {
        error: "at least one subscriber",
      }),
      templates: z.array(templateSchema, { error: "a list of templates" }).min(1, { error: "at least one template" }),
      partials: z
        .union([fileSchema, z.array(fileSchema).min(1), z.record(z.string().min(1), fileSchema)], {
          error: "a folder, a list of folders, or an object of names and files",
        })
        .optional(),
      setup: fileSchema.regex(/\.m?js$/, { error: "a module that ends in .mjs or .js" }).optional(),
    },
    { error: "an object with offers, subscribers and templates" },
  )
  .superRefine((definition, context) => {
    for (const list of ["offers", "subscribers", "templates"] as const) {
      definition[list].forEach(({ id }, place) => {
        if (definition[list].findIndex((other) => other.id === id) !== place)
          context.addIssue({ code: "custom", message: "an id that stands once", path: [list, place, "id"] });
      });
    }
  });

/** `preview.json` as it is written, checked. */
export type Definition = z.output<typeof definitionSchema>;
export type OfferEntry = Definition["offers"][number];
export type SubscriberEntry = Definition["subscribers"][number];
export type TemplateEntry = Definition["templates"][number];
export { definitionSchema, TYPE_NAMES };

/** The engine that a file's ending names. */
export function endingEngine(file: string): Engine | undefined {
  if (/\.(hbs|handlebars)$/.test(file)) return "handlebars";
  return file.endsWith(".liquid") ? "liquid" : undefined;
}

/** The offer alone, as a store takes it. Throws an `InvalidInputError` that names the wrong field. */
export function offerOf({ codes: _codes, ...offer }: OfferEntry) {
  return parseOffer(offer);
}

/** A day is read later in the zone of its offer; a time without a zone would mean another instant on every machine. */
function isInstant(text: string): boolean {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return daySchema.safeParse(text).success;
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))
  );
}
