import type { Matrix, MatrixQuestion, MessageQuestion, MessageView, PartName, WorkspaceView } from "./types.js";

const token = new URLSearchParams(location.search).get("token") ?? "";

/** The server rejected a request; the message says why. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export const server = {
  workspace: () => call<WorkspaceView>("GET", "workspace"),
  matrix: (question: MatrixQuestion, signal: AbortSignal) => call<Matrix>("POST", "matrix", question, signal),
  message: (question: MessageQuestion, signal: AbortSignal) => call<MessageView>("POST", "message", question, signal),
  report: (question: MatrixQuestion) => call<{ html: string }>("POST", "report", question),
  refresh: () => call("POST", "refresh", {}),
  save: (template: string, part: PartName, text: string, was: string) =>
    call("POST", "save", { template, part, text, was }),
};

/** Calls back at every change of the folder, and once at each connection. */
export function onRevision(listener: (revision: number) => void): () => void {
  const events = new EventSource(`/api/events?token=${encodeURIComponent(token)}`);
  events.addEventListener("revision", ({ data }) => listener(Number(data)));
  return () => events.close();
}

async function call<Answer>(method: string, name: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(`/api/${name}`, {
    method,
    headers: { "x-offer-code-token": token, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer.error ?? answer.status ?? "the preview failed", response.status);
  return answer;
}
