import { useEffect, useRef, useState } from "preact/hooks";
import { onRevision, Refusal, server } from "./server.js";
import type { State } from "./state.js";
import type { Draft, Matrix, MessageView, WorkspaceView } from "./types.js";
import type { EditedData } from "./unsaved.js";

const SETTLE = 40;

export type Preview = {
  workspace: WorkspaceView | null;
  matrix: Matrix | null;
  message: MessageView | null;
  /** This very message as it last was without an error: it stays in sight while the template is broken. */
  lastGood: MessageView | null;
  busy: boolean;
  problem: string | null;
  /** Reads the folder's templates again, after a save. */
  reload(): Promise<void>;
};

/** Fetches what the page shows, again whenever the state, a draft or the folder changes. */
export function usePreview(state: State, draft: Draft, edited: EditedData): Preview {
  const [workspace, setWorkspace] = useState<WorkspaceView | null>(null);
  const [matrix, setMatrix] = useState<Matrix | null>(null);
  const [message, setMessage] = useState<MessageView | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const lastGood = useRef<MessageView | null>(null);

  /** Rises with every connection to the server, so that a page fetches everything again after an interruption. */
  const [connection, setConnection] = useState(0);

  async function load() {
    try {
      setWorkspace(await server.workspace());
      setProblem(null);
    } catch (error) {
      setProblem(problemText(error));
    }
  }

  useEffect(() => {
    void load();
    return onRevision(() => {
      setConnection((before) => before + 1);
      void load();
    });
  }, []);

  const { template, subscriber, type, at, suppose, images } = state;
  const revision = workspace?.revision;
  const key = JSON.stringify([template, at, suppose, draft, edited, revision, connection]);
  const messageKey = JSON.stringify([key, subscriber, type, images]);
  const question = { template, at: at || undefined, suppose, draft, edited };

  useAnswer(template !== "" && revision !== undefined, messageKey, async (signal) => {
    setBusy(true);
    try {
      const answer = await server.message(
        { ...question, subscriber, type: type as MessageView["type"], images },
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

  const good = isOf(lastGood.current, state) ? lastGood.current : null;
  return { workspace, matrix, message, lastGood: good, busy, problem: workspace?.problem ?? problem, reload: load };
}

function isOf(message: MessageView | null, { template, subscriber, type }: State): boolean {
  return message?.template === template && message.subscriber === subscriber && message.type === type;
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
  if (error instanceof Refusal && error.status === 401)
    return "The preview was started anew: open the address that the command printed.";
  if (error instanceof Refusal) return error.message;
  return "The preview does not answer. Is the command still running?";
}
