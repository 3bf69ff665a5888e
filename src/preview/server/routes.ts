import type { IncomingMessage, ServerResponse } from "node:http";
import type { Frames } from "../frames.js";
import { previewMessageView } from "../message-preview.js";
import { previewMatrix } from "../previewer.js";
import type { Renderer } from "../render/renderer.js";
import { reportOf } from "../report.js";
import type { Session } from "../session.js";
import { bodyOf, matrixSchema, messageSchema, saveSchema } from "./body.js";
import type { Events } from "./events.js";
import { goneSignal, send } from "./reply.js";

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What the page can ask for, by method and path. All of it needs the token. */
export function apiRoutes(
  session: Session,
  renderer: Renderer,
  frames: Frames,
  events: Events,
): Readonly<Record<string, Route | undefined>> {
  return {
    "GET /api/workspace": async (_, response) => send(response, 200, session.view()),
    "GET /api/events": async (_, response) => events.open(response, session.view().revision),
    async "POST /api/matrix"(request, response) {
      const question = await bodyOf(request, matrixSchema);
      send(response, 200, await previewMatrix(session.workspace(), renderer, question, goneSignal(response)));
    },
    async "POST /api/message"(request, response) {
      const question = await bodyOf(request, messageSchema);
      send(
        response,
        200,
        await previewMessageView(session.workspace(), renderer, frames, question, goneSignal(response)),
      );
    },
    async "POST /api/report"(request, response) {
      const question = await bodyOf(request, matrixSchema);
      const matrix = await previewMatrix(session.workspace(), renderer, question, goneSignal(response));
      send(response, 200, { html: reportOf(session.view(), matrix, question) });
    },
    async "POST /api/refresh"(_, response) {
      session.refresh();
      send(response, 200, { status: "refreshed" });
    },
    async "POST /api/save"(request, response) {
      const { template, part, text, was } = await bodyOf(request, saveSchema);
      const status = await session.save(template, part, text, was);
      if (status === "saved") send(response, 200, { status });
      else send(response, 409, { error: "the file has changed on disk" });
    },
  };
}
