import { useEffect, useState } from "preact/hooks";
import type { Supposition } from "../../src/preview/api.js";

export type View = "message" | "text" | "source" | "links" | "edit" | "data";
export type Width = "phone" | "desktop";
export type Scheme = "light" | "dark" | "forced";
export type Theme = "auto" | "light" | "dark";

/** Everything that the page shows. The address holds it, so that an address shows the same again. */
export type State = {
  template: string;
  subscriber: string;
  type: string;
  /** A wall-clock time, or "" for today. */
  at: string;
  suppose: Supposition[];
  view: View;
  width: Width;
  scheme: Scheme;
  images: boolean;
  theme: Theme;
};

const START: State = {
  template: "",
  subscriber: "",
  type: "",
  at: "",
  suppose: [],
  view: "message",
  width: "phone",
  scheme: "light",
  images: false,
  theme: "auto",
};

const CHOICES = {
  view: ["message", "text", "source", "links", "edit", "data"],
  width: ["phone", "desktop"],
  scheme: ["light", "dark", "forced"],
  theme: ["auto", "light", "dark"],
} as const;

/** The state that an address holds. What it does not say, or says wrong, is as at the start. */
export function stateFrom(hash: string): State {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const choice = <Name extends keyof typeof CHOICES>(name: Name): State[Name] => {
    const said = words.get(name) as never;
    return CHOICES[name].includes(said) ? said : (START[name] as never);
  };
  return {
    template: words.get("template") ?? "",
    subscriber: words.get("subscriber") ?? "",
    type: words.get("type") ?? "",
    at: words.get("at") ?? "",
    suppose: (words.get("if") ?? "").split(",").filter(isSupposition),
    images: words.get("images") === "on",
    view: choice("view"),
    width: choice("width"),
    scheme: choice("scheme"),
    theme: choice("theme"),
  };
}

/** The address of a state: only what differs from the start. */
export function hashOf(state: State): string {
  const words = new URLSearchParams();
  for (const name of ["template", "subscriber", "type", "at", "view", "width", "scheme", "theme"] as const) {
    if (state[name] !== START[name]) words.set(name, state[name]);
  }
  if (state.suppose.length > 0) words.set("if", state.suppose.join(","));
  if (state.images) words.set("images", "on");
  return `#${words}`;
}

export type Change = (change: Partial<State>) => void;

/** The state, and how to change it. Going back in the browser goes back in it. */
export function useAddress(): [State, Change] {
  const [state, setState] = useState(() => stateFrom(location.hash));
  useEffect(() => {
    const follow = () => setState(stateFrom(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const change: Change = (changes) =>
    setState((before) => {
      const after = { ...before, ...changes };
      const address = `${location.pathname}${location.search}${hashOf(after)}`;
      if (isOtherMessage(before, after)) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
      return after;
    });
  return [state, change];
}

/** Going back leads to the message looked at before, not through every step of a date that was dragged. */
function isOtherMessage(before: State, after: State): boolean {
  const isChosen = before.template !== "" && before.subscriber !== "" && before.type !== "";
  const { template, subscriber, type } = after;
  return isChosen && (template !== before.template || subscriber !== before.subscriber || type !== before.type);
}

function isSupposition(word: string): word is Supposition {
  return SUPPOSITIONS.some(([name]) => name === word);
}

export const SUPPOSITIONS: readonly (readonly [Supposition, string])[] = [
  ["never-received", "Never received"],
  ["redeemed", "Redeemed"],
  ["expired", "Expired"],
  ["pool-empty", "Pool empty"],
  ["no-open-batch", "No open batch"],
  ["no-sign-up-offer", "No sign-up offer"],
  ["redis-down", "Redis down"],
];

/** Of these, only one can be true of a subscriber. */
const ABOUT_THE_CODE: readonly Supposition[] = ["never-received", "redeemed", "expired"];

export function withSupposition(suppose: readonly Supposition[], clicked: Supposition): Supposition[] {
  if (suppose.includes(clicked)) return suppose.filter((each) => each !== clicked);
  const excluded = ABOUT_THE_CODE.includes(clicked) ? ABOUT_THE_CODE : [];
  return [...suppose.filter((each) => !excluded.includes(each)), clicked];
}
