import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Frames, frameHeaders } from "../frames.js";
import { createRenderer } from "../render/renderer.js";
import { openSession, type SessionOptions } from "../session.js";
import { Events } from "./events.js";
import { hasToken, refusal } from "./guard.js";
import { pageHeaders, readPage } from "./page-files.js";
import { fail, send } from "./reply.js";
import { apiRoutes } from "./routes.js";

/** Never another: a preview shows unsent messages and customers' data. */
const LOOPBACK = "127.0.0.1";

/** `port`: 0, the default, takes a free one. */
export type PreviewOptions = SessionOptions & { port?: number };

/** `address`: what to open in a browser; it holds the token of this run. */
export type PreviewServer = { address: string; port: number; token: string; close(): Promise<void> };

/** Serves the preview page of a folder to this machine alone. */
export async function startPreview(folder: string, options: PreviewOptions = {}): Promise<PreviewServer> {
  const page = readPage();
  const session = await openSession(folder, options);
  const renderer = createRenderer();
  const frames = new Frames();
  const events = new Events();
  const routes = apiRoutes(session, renderer, frames, events);
  const token = randomBytes(24).toString("base64url");
  session.onChange(() => events.tell(session.view().revision));

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => fail(response, error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value);
    const refused = refusal(request, port);
    const url = addressOf(request);
    if (refused !== null) send(response, 403, { error: refused });
    else if (url === null) send(response, 400, { error: "this is no address" });
    else if (url.pathname.startsWith("/api/")) await answerApi(request, response, url);
    else if (request.method !== "GET") send(response, 405, { error: "only GET" });
    else if (url.pathname.startsWith("/frame/")) answerFrame(response, url, request.headers.host);
    else answerPage(response, url.pathname);
  }

  async function answerApi(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const route = routes[`${request.method} ${url.pathname}`];
    if (!hasToken(request, url, token)) send(response, 401, { error: "open the address that the command printed" });
    else if (route === undefined) send(response, 404, NOTHING);
    else await route(request, response);
  }

  function answerFrame(response: ServerResponse, url: URL, host: string | undefined): void {
    const frame = frames.get(url.pathname.slice("/frame/".length));
    if (frame === undefined) send(response, 404, NOTHING);
    else response.writeHead(200, frameHeaders(frame.images, `http://${host}`)).end(frame.html);
  }

  function answerPage(response: ServerResponse, path: string): void {
    const file = page.get(path);
    const nonce = randomBytes(16).toString("base64");
    if (file === undefined) send(response, 404, NOTHING);
    else response.writeHead(200, pageHeaders(file.type, nonce)).end(file.body.replace("STYLE-NONCE", nonce));
  }

  const port = await listen(server, options.port ?? 0);
  return {
    address: `http://${LOOPBACK}:${port}/?token=${token}`,
    port,
    token,
    async close() {
      session.close();
      events.close();
      await renderer.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const NOTHING = { error: "there is nothing here" };
const EVERY_ANSWER = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function addressOf(request: IncomingMessage): URL | null {
  try {
    return new URL(request.url ?? "/", `http://${request.headers.host}`);
  } catch {
    return null;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
}
