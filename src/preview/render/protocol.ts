import type { Message } from "../../domain/message.js";
import type { Offer } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Engine, PartName } from "../api.js";
import type { Partials } from "../folder.js";
import type { Inspection } from "./inspect.js";

/** One text to render. `escape`: it is HTML, and is inspected. */
export type Part = { name: PartName; engine: Engine; source: string; escape: boolean };

/** One message to render. `strict`: a variable that the data do not have is an error. */
export type RenderJob = {
  parts: readonly Part[];
  partials: Partials;
  data: Record<string, unknown>;
  message: Message;
  strict?: boolean;
};

export type PartError = {
  kind: "template" | "unavailable" | "limit";
  message: string;
  line: number | null;
  column: number | null;
};
/** `html`: absent for what is no HTML. */
export type RenderedPart = { name: PartName; text: string; html?: Inspection } | { name: PartName; error: PartError };

/** The messages to and from the worker. It requests offers by number, and has neither a store nor a file. */
export type ToWorker =
  | { type: "render"; job: number; limits: Limits; work: RenderJob }
  | { type: "answer"; ask: number; resolution: Resolution; offer: Offer | undefined }
  | { type: "refused"; ask: number; message: string };
export type FromWorker =
  | { type: "ready" }
  | { type: "ask"; ask: number; offerId: string | undefined }
  | { type: "rendered"; job: number; parts: RenderedPart[] };

/** `time`: milliseconds for one part. `output`: characters of one part. */
export type Limits = { time: number; output: number };
