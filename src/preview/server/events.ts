import type { ServerResponse } from "node:http";
import type { Milliseconds } from "../../domain/units.js";

const HEARTBEAT: Milliseconds = 20_000;

/** Notifies every open page when the folder has changed. */
export class Events {
  readonly #pages = new Set<ServerResponse>();
  readonly #heartbeat = setInterval(() => this.#write(": heartbeat\n\n"), HEARTBEAT).unref();

  open(response: ServerResponse, revision: number): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: revision\ndata: ${revision}\n\n`);
    this.#pages.add(response);
    response.on("close", () => this.#pages.delete(response));
  }

  notify(revision: number): void {
    this.#write(`event: revision\ndata: ${revision}\n\n`);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const page of this.#pages) page.end();
  }

  #write(text: string): void {
    for (const page of this.#pages) page.write(text);
  }
}
