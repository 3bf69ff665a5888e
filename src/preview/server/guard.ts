import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export const TOKEN_HEADER = "x-offer-code-token";

/** Why a request is refused, or `null`. A page from elsewhere can reach this machine by a name of its own, so names are checked. */
export function refusal(request: IncomingMessage, port: number): string | null {
  const { host, origin } = request.headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host)) return "this address is not the preview's";
  if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) return "this page is not the preview's";
  const site = request.headers["sec-fetch-site"];
  if ((site === "cross-site" || site === "same-site") && !isLinkToPage(request))
    return "this page is not the preview's";
  return null;
}

/** A link in a chat or a ticket may open the page: it holds nothing until it has the token. */
function isLinkToPage({ method, url = "", headers }: IncomingMessage): boolean {
  const isPage = url === "/" || url.startsWith("/?");
  return method === "GET" && isPage && headers["sec-fetch-dest"] === "document";
}

/** Whether the request carries the token. An event stream cannot carry a header, so its address may. */
export function hasToken(request: IncomingMessage, url: URL, token: string): boolean {
  const given = request.headers[TOKEN_HEADER] ?? url.searchParams.get("token");
  return typeof given === "string" && sameText(given, token);
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
