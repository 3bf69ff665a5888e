import type { IncomingMessage, ServerResponse } from "node:http";
import { InvalidInputError } from "../../domain/errors.js";

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

/** A refusal in the form that its reader can use: a sentence for who looks at it in a browser, JSON for the page's own requests. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  if (!request.headers.accept?.includes("text/html")) {
    send(response, status, { error });
    return;
  }
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(
    `<!doctype html><meta charset="utf-8"><title>Offer preview</title>${REFUSAL_STYLE}<p>Not shown: ${error}.`,
  );
}

const REFUSAL_STYLE = "<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}p{margin:2rem}</style>";

/** Shows an error only if it concerns the client; an error of Redis would contain its address. */
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
