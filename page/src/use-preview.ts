import { useEffect, useRef, useState } from "preact/hooks";
import { onRevision, Refusal, server } from "./server.js";
import type { State } from "./state.js";
import type { Draft, Matrix, MessageView, WorkspaceView } from "./types.js";

const SETTLE = 40;

export type Preview = {
  workspace: WorkspaceView | null;
  matrix: Matrix | null;
  message: MessageView | null;
  /** The last message of this template without an error: it stays in sight while the template is broken. */
  lastGood: MessageView | null;
  busy: boolean;
  problem: string | null;
};

/** What the page asks its server for, anew whenever the state, a draft or the folder changes. */
export function usePreview(state: State, draft: Draft, data: Record<string, unknown> | undefined): Preview {
  const [workspace, setWorkspace] = useState<WorkspaceView | null>(null);
  const [matrix, setMatrix] = useState<Matrix | null>(null);
  const [message, setMessage] = useState<MessageView | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const lastGood = useRef<MessageView | null>(null);

  useEffect(() => {
    const load = () => server.workspace().then(setWorkspace, (error) => setProblem(problemText(error)));
    load();
    return onRevision(load);
  }, []);

  const { template, subscriber, type, at, suppose, images } = state;
  const revision = workspace?.revision;
  const key = JSON.stringify([template, at, suppose, draft, revision]);
  const messageKey = JSON.stringify([key, subscriber, type, images, data]);
  const question = { template, at: at || undefined, suppose, draft };

  useAnswer(template !== "" && revision !== undefined, messageKey, async (signal) => {
    setBusy(true);
    try {
      const answer = await server.message(
        { ...question, subscriber, type: type as MessageView["type"], images, data },
        signal,
      );
      if (answer.faults.length === 0) lastGood.current = answer;
      setMessage(answer);
      setProblem(null);
    } catch (error) {
      if (!signal.aborted) setProblem(problemText(error));
    } finally {
      if (!signal.aborted) setBusy(false);
    }
  });

  useAnswer(template !== "" && revision !== undefined, key, async (signal) => {
    try {
      setMatrix(await server.matrix(question, signal));
    } catch (error) {
      if (!signal.aborted) setProblem(problemText(error));
    }
  });

  const good = lastGood.current?.template === template ? lastGood.current : null;
  return { workspace, matrix, message, lastGood: good, busy, problem: workspace?.problem ?? problem };
}

/** Asks once the question has stopped changing, and gives up on the answer when it changes again. */
function useAnswer(isReady: boolean, key: string, ask: (signal: AbortSignal) => Promise<void>): void {
  useEffect(() => {
    if (!isReady) return;
    const gone = new AbortController();
    const timer = setTimeout(() => void ask(gone.signal), SETTLE);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [key, isReady]);
}

function problemText(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return "The preview does not answer. Is the command still running?";
}
