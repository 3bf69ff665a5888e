import type { Message } from "../../domain/message.js";
import type { Offer } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Engine, PartName } from "../api.js";
import type { Partials } from "../partials.js";
import type { Inspection } from "./inspect.js";

/** A file of MJML, the folder that its includes have to be in, and what changes with the texts of all these. */
export type MjmlFile = { path: string; folder: string; version: string };

/** A template. `escape`: it makes HTML. `mjml`: the source is MJML, which becomes the template. */
export type PartSource = { engine: Engine; source: string; escape: boolean; mjml?: MjmlFile };

/** One text to render; HTML is inspected. `layout`: what the text is put into. */
export type Part = PartSource & { name: PartName; layout?: PartSource & { file: string } };

/** The module of a folder that prepares the engines: its path, its name in the folder, and what changes with its text. */
export type SetupFile = { path: string; name: string; version: string };

/** One message to render. `findGaps`: variables that the data do not have are looked for. */
export type RenderJob = {
  parts: readonly Part[];
  partials: Partials;
  setup: SetupFile | null;
  data: Record<string, unknown>;
  message: Message;
  findGaps?: boolean;
};

/** `file`: where it is neither the part's own nor that of a partial. */
export type PartError = {
  kind: "template" | "unavailable" | "limit";
  message: string;
  line: number | null;
  column: number | null;
  file?: string;
};
/** `html`: absent for what is no HTML. `gaps`: what the data do not have, where gaps are looked for. */
export type RenderedPart =
  | { name: PartName; text: string; html?: Inspection; gaps: PartError[]; warnings: readonly PartError[] }
  | { name: PartName; errors: readonly PartError[] };

/** The messages to and from the worker. It requests offers by number, and has neither a store nor a file. */
export type ToWorker =
  | { type: "render"; job: number; limits: Limits; work: RenderJob }
  | { type: "answer"; ask: number; resolution: Resolution; offer: Offer | undefined }
  | { type: "refused"; ask: number; message: string };
export type FromWorker =
  | { type: "ready" }
  | { type: "ask"; ask: number; offerId: string | undefined }
  | { type: "phase"; job: number; phase: Phase }
  | { type: "rendered"; job: number; parts: RenderedPart[] };

/** What a thread does with a part. Only rendering counts against the limit of time. */
export type Phase = "compiling" | "rendering";

/** `time`: milliseconds for rendering one part. `output`: characters of one part. */
export type Limits = { time: number; output: number };
