// How a step becomes a call of the package, and how its answer is written down.
import type { Message, Resolution } from "offer-code";
import type { Actor } from "./actor.js";
import type { Call, Outcome, ResolveCall, Shown } from "./history.js";
import type { Recorder } from "./recorder.js";
import type { Step } from "./schedule.js";
import { BATCHES, MESSAGES, WINDOWS } from "./tables.js";

type Send = Extract<Step, { type: "send" }>;
type Change = Exclude<Step, { type: "send" | "hours-pass" | "clock" | "deafen" | "cut" | "crash" | "again" }>;
type About = { readonly offer: string; readonly subscriber: string; readonly message: string | number };

/** Which message to whom. */
export function about({ subscriber, message }: About): string {
  return `${subscriber} ${message}`;
}

/** The message as one delivery carries it: its parts have one object in common. */
export function deliveredMessage({
  offer,
  subscriber,
  message,
}: Omit<Send, "at" | "parts" | "process" | "type">): Message {
  return { id: String(message), type: MESSAGES[message]!, subscriberId: subscriber, offerId: offer };
}

export function resolveCall({ offer, subscriber, message }: Send, delivery: number): ResolveCall {
  const type = MESSAGES[message];
  const followsSignUp = type === "auto-response" || type === "already-subscribed";
  return { type: "resolve", offer, subscriber, message: String(message), followsSignUp, delivery };
}

export function shown({ offerId, code, reason, isNew, batch, issuedAt, isFallback }: Resolution): Outcome {
  if (reason === "store-unavailable") return { status: "unknown", why: reason };
  const value: Shown = {
    offer: offerId,
    code: isFallback ? null : code,
    reason,
    isNew,
    batch,
    issuedAt: issuedAt?.getTime() ?? null,
  };
  return { status: "ok", value };
}

/** Lets a process make a change, and notes what comes of it. */
export function change(recorder: Recorder, { name, store, resolver }: Actor, step: Change): Promise<Outcome> | null {
  const note = <Value>(call: Call, run: () => Promise<Value>) =>
    recorder.note(name, call, run, (value) => ({ status: "ok", value }));
  switch (step.type) {
    case "release": {
      const { offer, subscriber, message } = step;
      const call: Call = { type: "release", offer, subscriber, message: String(message) };
      // Whatever kind of message it was: what it claimed of the offer that is named.
      return note(call, () => resolver.release({ ...deliveredMessage(step), type: "campaign" }));
    }
    case "redeem":
      return note({ type: "redeem", code: step.code }, () => resolver.redeem(step.code));
    case "revoke":
      return note({ type: "revoke", code: step.code }, () => resolver.revoke(step.code));
    case "import": {
      const { offer, batch, codes } = step;
      return note({ type: "import", offer, batch, codes }, () =>
        store.addCodes(offer, { id: batch, ...BATCHES[batch] }, codes),
      );
    }
    case "withdraw": {
      const { offer, batch } = step;
      return note({ type: "withdraw", offer, batch }, () => store.withdraw(offer, batch));
    }
    case "window": {
      const { offer, window } = step;
      const saved = { id: offer, window: WINDOWS[window] };
      return note({ type: "window", offer, window }, () => store.saveOffer(saved));
    }
    case "sign-up": {
      const { subscriber, offer } = step;
      return note({ type: "sign-up", subscriber, offer }, () => store.recordSignUp(subscriber, offer));
    }
    case "forget": {
      const { subscriber } = step;
      return note({ type: "forget", subscriber }, () => store.forget(subscriber));
    }
  }
}
