import type { ServerResponse } from "node:http";
import { InvalidInputError } from "../../domain/errors.js";

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

/** What went wrong is told only where it is the asker's business; an error of Redis would hold its address. */
export function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.end();
  } else if (error instanceof InvalidInputError) {
    send(response, 400, { error: error.message });
  } else {
    console.error(`offer-code preview: ${error instanceof Error ? error.name : "an error"} while answering`);
    send(response, 500, { error: "the preview failed; ask again" });
  }
}

/** Aborts when nobody waits for the answer any more. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}
