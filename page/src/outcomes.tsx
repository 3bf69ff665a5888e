import type { Outcome } from "./types.js";

/** The name of each outcome. The style sheet has its colour and sign. */
export const OUTCOMES: Record<Outcome, { name: string; count: string }> = {
  keeps: { name: "Keeps", count: "keep their code" },
  new: { name: "New", count: "get a new one" },
  "sign-up": { name: "Sign-up code", count: "get the sign-up code" },
  fallback: { name: "Fallback", count: "get the fallback" },
  omitted: { name: "Without", count: "go without a code" },
  "not-sent": { name: "Not sent", count: "not sent" },
  "no-offer": { name: "No code", count: "show no code" },
  error: { name: "Error", count: "with an error" },
};

export function Badge({ outcome, label }: { outcome: Outcome; label: string }) {
  return (
    <span class={`badge ${outcome}`}>
      <b>{OUTCOMES[outcome].name}</b> {label}
    </span>
  );
}
