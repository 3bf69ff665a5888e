import { createHmac, timingSafeEqual } from "node:crypto";
import { invalidInput } from "../domain/errors.js";

/**
 * Whether a webhook's body was signed with the app's secret: `header` is the value of `X-Shopify-Hmac-Sha256`. The body must be the
 * very bytes received, before any JSON parser. A missing or misshapen header is `false`; an empty secret throws.
 *
 * @example
 * if (!verifySignature(rawBody, request.headers["x-shopify-hmac-sha256"], secret)) return response.writeHead(401).end();
 */
export function verifySignature(
  rawBody: string | Uint8Array,
  header: string | readonly string[] | undefined,
  secret: string,
): boolean {
  if (typeof secret !== "string" || secret === "") throw invalidInput("secret", "the app's client secret", "");
  if (typeof header !== "string") return false;
  const expected = createHmac("sha256", secret).update(rawBody).digest();
  const given = Buffer.from(header, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
