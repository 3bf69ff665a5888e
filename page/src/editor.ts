import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { json } from "@codemirror/lang-json";
import { liquid } from "@codemirror/lang-liquid";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Fault } from "./types.js";

type Options = {
  parent: HTMLElement;
  label: string;
  language: "handlebars" | "liquid" | "json";
  text: string;
  change: (text: string) => void;
};

const LANGUAGES = { handlebars: () => html(), liquid: () => liquid({ base: html() }), json: () => json() };

/** The page's own colours, light and dark, by its variables. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.tagName, tags.keyword, tags.processingInstruction], color: "var(--new)" },
  { tag: [tags.attributeName, tags.propertyName, tags.variableName], color: "var(--sign-up)" },
  { tag: [tags.string, tags.attributeValue, tags.number, tags.bool], color: "var(--keeps)" },
  { tag: [tags.comment, tags.angleBracket, tags.brace], color: "var(--muted)" },
]);

/** Opens an editor. The page's policy lets styles in by a nonce only. */
export function openEditor({ parent, label, language, text, change }: Options) {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
  let isShowing = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        lintGutter(),
        // The tab key leaves the editor, as everywhere on the page.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        LANGUAGES[language](),
        syntaxHighlighting(COLOURS),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isShowing) change(update.state.doc.toString());
        }),
      ],
    }),
  });

  return {
    /** Shows a text that came from elsewhere: the file was changed, or the changes were undone. */
    showText(shown: string): void {
      const before = view.state.doc.toString();
      if (before === shown) return;
      isShowing = true;
      view.dispatch({ changes: differenceOf(before, shown) });
      isShowing = false;
    },
    showFaults(faults: readonly Fault[]): void {
      view.dispatch(
        setDiagnostics(
          view.state,
          faults.flatMap((fault) => diagnosticOf(view.state, fault)),
        ),
      );
    },
    close: () => view.destroy(),
  };
}

/** The one stretch in which two texts differ, so that the cursor stays where its text stays. */
function differenceOf(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

function diagnosticOf({ doc }: EditorState, { line, column, message }: Fault): Diagnostic[] {
  if (line === null || line > doc.lines) return [];
  const at = doc.line(line);
  const from = Math.min(at.from + Math.max(0, (column ?? 1) - 1), at.to);
  return [{ from, to: at.to, severity: "error", message }];
}
