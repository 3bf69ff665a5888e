import type { ServerResponse } from "node:http";
import type { Milliseconds } from "../../domain/units.js";

const BEAT: Milliseconds = 20_000;

/** Tells every open page when the folder has changed. */
export class Events {
  readonly #pages = new Set<ServerResponse>();
  readonly #beating = setInterval(() => this.#say(": still here\n\n"), BEAT).unref();

  open(response: ServerResponse, revision: number): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: revision\ndata: ${revision}\n\n`);
    this.#pages.add(response);
    response.on("close", () => this.#pages.delete(response));
  }

  tell(revision: number): void {
    this.#say(`event: revision\ndata: ${revision}\n\n`);
  }

  close(): void {
    clearInterval(this.#beating);
    for (const page of this.#pages) page.end();
  }

  #say(words: string): void {
    for (const page of this.#pages) page.write(words);
  }
}
