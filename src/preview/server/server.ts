import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Frames, frameHeaders } from "../frames.js";
import { createRenderer } from "../render/renderer.js";
import { openSession, type SessionOptions } from "../session.js";
import { Events } from "./events.js";
import { hasToken, refusal } from "./guard.js";
import { pageHeaders, readPage } from "./page-files.js";
import { fail, refuse } from "./reply.js";
import { apiRoutes } from "./routes.js";
import { previewToken } from "./token.js";

/** Never another: a preview shows unsent messages and customers' data. */
const LOOPBACK = "127.0.0.1";

/** `port`: 0, the default, takes a free one. */
export type PreviewOptions = SessionOptions & { port?: number };

/** `address`: what to open in a browser; it holds the token. */
export type PreviewServer = { address: string; port: number; token: string; close(): Promise<void> };

/** Serves the preview page of a folder to this machine alone. */
export async function startPreview(folder: string, options: PreviewOptions = {}): Promise<PreviewServer> {
  const page = readPage();
  const session = await openSession(folder, options);
  const renderer = createRenderer();
  const frames = new Frames();
  const events = new Events();
  const routes = apiRoutes(session, renderer, frames, events);
  const token = previewToken();
  session.onChange(() => events.notify(session.view().revision));

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => fail(response, error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value);
    const refused = refusal(request, port);
    const url = addressOf(request);
    if (refused !== null) refuse(request, response, 403, refused);
    else if (url === null) refuse(request, response, 400, "the address is not valid");
    else if (url.pathname.startsWith("/api/")) await answerApi(request, response, url);
    else if (request.method !== "GET") refuse(request, response, 405, "only GET is allowed here");
    else if (url.pathname.startsWith("/frame/")) answerFrame(request, response, url);
    else answerPage(request, response, url.pathname);
  }

  async function answerApi(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const route = routes[`${request.method} ${url.pathname}`];
    if (!hasToken(request, url, token)) refuse(request, response, 401, "open the address that the command printed");
    else if (route === undefined) refuse(request, response, 404, NOTHING);
    else await route(request, response);
  }

  function answerFrame(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const frame = frames.get(url.pathname.slice("/frame/".length));
    if (frame === undefined) refuse(request, response, 404, "this email is no longer kept: choose the message again");
    else response.writeHead(200, frameHeaders(frame.images, `http://${request.headers.host}`)).end(frame.html);
  }

  function answerPage(request: IncomingMessage, response: ServerResponse, path: string): void {
    const file = page.get(path);
    const nonce = randomBytes(16).toString("base64");
    if (file === undefined) refuse(request, response, 404, NOTHING);
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

const NOTHING = "there is no such page";
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
