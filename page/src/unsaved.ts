import { useEffect, useState } from "preact/hooks";
import type { Draft, PartName } from "./types.js";

/** A part as it was typed. `base`: the text of the file that the typing began from. */
export type PartDraft = { text: string; base: string };
/** Drafts by template and part. */
export type Drafts = Record<string, Partial<Record<PartName, PartDraft>>>;
/** Data of subscribers that was changed on the page, by subscriber. */
export type EditedData = Record<string, Record<string, unknown>>;
type Unsaved = { drafts: Drafts; edited: EditedData };

const KEY = "offer-code unsaved";
const NOTHING: Unsaved = { drafts: {}, edited: {} };

export type UnsavedWork = Unsaved & {
  /** Whether a reload brought changes back. */
  restored: boolean;
  edit(template: string, part: PartName, draft: PartDraft | undefined): void;
  /** A text was saved: the draft is done, unless more was typed meanwhile; then it goes on from what was saved. */
  saved(template: string, part: PartName, text: string): void;
  editData(subscriber: string, data: Record<string, unknown> | undefined): void;
  discard(): void;
};

/** What was typed and not saved. It survives a reload of this tab, and no other tab sees it. */
export function useUnsaved(): UnsavedWork {
  const [unsaved, setUnsaved] = useState(storedWork);
  const [restored, setRestored] = useState(() => !isEmpty(unsaved));

  useEffect(() => {
    if (isEmpty(unsaved)) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(unsaved));
  }, [unsaved]);

  function edit(
    template: string,
    part: PartName,
    next: (before: PartDraft | undefined) => PartDraft | undefined,
  ): void {
    setUnsaved(({ drafts, edited }) => {
      const parts = drafts[template] ?? {};
      return { drafts: withEntry(drafts, template, orNothing(withEntry(parts, part, next(parts[part])))), edited };
    });
  }

  return {
    ...unsaved,
    restored: restored && !isEmpty(unsaved),
    edit: (template, part, draft) => edit(template, part, () => draft),
    saved: (template, part, text) =>
      edit(template, part, (draft) =>
        draft === undefined || draft.text === text ? undefined : { text: draft.text, base: text },
      ),
    editData: (subscriber, data) =>
      setUnsaved(({ drafts, edited }) => ({ drafts, edited: withEntry(edited, subscriber, data) })),
    discard() {
      setRestored(false);
      setUnsaved(NOTHING);
    },
  };
}

/** The texts of a template's drafts, as the server takes them. */
export function textsOf(drafts: Drafts[string] | undefined): Draft {
  return Object.fromEntries(Object.entries(drafts ?? {}).map(([part, { text }]) => [part, text]));
}

function storedWork(): Unsaved {
  try {
    return { ...NOTHING, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return NOTHING;
  }
}

function isEmpty({ drafts, edited }: Unsaved): boolean {
  return Object.keys(drafts).length === 0 && Object.keys(edited).length === 0;
}

/** The same entries with one more, or without the one that has no value any more. */
function withEntry<Value>(
  entries: Record<string, Value>,
  key: string,
  value: Value | undefined,
): Record<string, Value> {
  const { [key]: _, ...others } = entries;
  return value === undefined ? others : { ...others, [key]: value };
}

function orNothing<Entries extends object>(entries: Entries): Entries | undefined {
  return Object.keys(entries).length === 0 ? undefined : entries;
}
