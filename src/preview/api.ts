/** What the preview's server and its page say to each other. JSON only: instants are Unix milliseconds. */
import type { MessageType } from "../domain/message.js";
import type { Reason } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";

export type Channel = "email" | "sms";
export type Engine = "handlebars" | "liquid";
export type PartName = "subject" | "body" | "text";

/** Something that is supposed for a preview although it is not so. */
export type Supposition =
  | "redeemed"
  | "never-received"
  | "expired"
  | "pool-empty"
  | "no-open-batch"
  | "no-sign-up-offer"
  | "redis-down";

/** Sources that replace those of the folder while they are being edited. */
export type Draft = { [Part in PartName]?: string | undefined };

/**
 * What is to be shown. `at`: a wall-clock time such as `2026-11-23T09:00` in the zone of the template's offer, or absent for now.
 * `data`: the subscriber's data while they are being edited.
 */
export type Question = {
  template: string;
  at?: string | undefined;
  suppose?: Supposition[] | undefined;
  draft?: Draft | undefined;
  /** Data of subscribers that replaces that of `preview.json`, by subscriber. */
  edited?: Record<string, Record<string, unknown>> | undefined;
};
export type MessageQuestion = Question & {
  subscriber: string;
  type: MessageType;
  images?: boolean | undefined;
};

export type SourceView = { engine: Engine; text: string; file: string | null };
export type TemplateView = {
  id: string;
  name: string;
  channel: Channel;
  offer: string | null;
  types: MessageType[];
  sources: Partial<Record<PartName, SourceView>>;
};
export type SubscriberView = { id: string; name: string; about: string | null; data: Record<string, unknown> };
export type WorkspaceView = {
  name: string;
  live: boolean;
  revision: number;
  problem: string | null;
  templates: TemplateView[];
  subscribers: SubscriberView[];
};

/** How a cell looks at one glance. */
export type Outcome = "keeps" | "new" | "sign-up" | "fallback" | "omitted" | "not-sent" | "no-offer" | "error";

/** Where a template went wrong. `file`: the file it is in, or null for a text of `preview.json`. */
export type Fault = {
  part: PartName;
  file: string | null;
  message: string;
  line: number | null;
  column: number | null;
};

export type AnswerView = {
  offerId: string;
  offerName: string | null;
  code: string | null;
  reason: Reason;
  outcome: Outcome;
  isSample: boolean;
  sentence: string;
  expiresAt: UnixMs | null;
  timeZone: string;
};

export type Cell = {
  subscriber: string;
  type: MessageType;
  outcome: Outcome;
  label: string;
  answer: AnswerView | null;
  /** Offers shown besides the first. */
  more: number;
  line: string;
  fault: Fault | null;
};
export type Matrix = {
  template: string;
  types: MessageType[];
  now: UnixMs;
  at: string;
  timeZone: string;
  cells: Cell[];
};

export type Sms = {
  segments: number;
  encoding: "GSM-7" | "UCS-2";
  characters: number;
  unicode: string[];
  /** Counted with this code of the pool, the longest, in place of the one shown. */
  longestCode: string | null;
};

/** The address that a link leads to, and the words that are clicked. */
export type Link = { address: string; text: string };

export type Step = { question: string; answer: string; fact: string; decides: boolean };
export type HistoryEntry = {
  code: string;
  batch: string | null;
  issuedAt: UnixMs;
  redeemedAt: UnixMs | null;
  expiresAt: UnixMs | null;
  supposed: boolean;
};
export type TimelineBar = {
  from: UnixMs;
  to: UnixMs;
  outcome: Outcome;
  code: string | null;
  label: string;
};
export type TimelineMark = { at: UnixMs; kind: "received" | "redeemed" | "ends"; label: string };
export type TimelineBatch = { id: string; from: UnixMs; to: UnixMs };
export type Timeline = {
  from: UnixMs;
  to: UnixMs;
  today: UnixMs;
  now: UnixMs;
  bars: TimelineBar[];
  marks: TimelineMark[];
  batches: TimelineBatch[];
};

/** Why one offer of the message shows what it shows. */
export type Why = { answer: AnswerView; steps: Step[]; history: HistoryEntry[] | null; timeline: Timeline | null };

export type MessageView = {
  template: string;
  subscriber: string;
  type: MessageType;
  now: UnixMs;
  at: string;
  timeZone: string;
  sent: boolean;
  label: string;
  outcome: Outcome;
  parts: Partial<Record<PartName, string>>;
  /** The address of the rendered email, by colour scheme. */
  frames: { light: string; dark: string; forced: string } | null;
  hasRemoteImages: boolean;
  /** The links of the email, in their order. */
  links: Link[];
  sms: Sms | null;
  faults: Fault[];
  missing: Fault[];
  why: Why[];
  /** Suppositions that change nothing for this offer, with the reason. */
  idle: Partial<Record<Supposition, string>>;
};
