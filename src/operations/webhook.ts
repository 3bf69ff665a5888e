import { createHmac } from "node:crypto";
import { ExponentialBackoff, handleAll, retry } from "cockatiel";
import { invalidInput } from "../domain/errors.js";
import type { Milliseconds } from "../domain/units.js";
import type { Deliver } from "./watch-offers.js";

const TIMEOUT: Milliseconds = 10_000;
const FIRST_PAUSE: Milliseconds = 500;

/**
 * - `url`: where to post, http or https.
 * - `secret`: signs each post. Without it posts are not signed.
 * - `attempts`: tries of each post, 1 or more. Default 4, with growing pauses.
 */
export type WebhookOptions = { url: string; secret?: string | undefined; attempts?: number; pause?: Milliseconds };

/**
 * Delivers signals as JSON by POST: `{ "type": "low-stock", "offerId": ..., "left": ..., "level": ... }`. With a `secret`, the header `X-Offer-Code-Signature` is
 * `sha256=` and the HMAC-SHA256 of the body in hexadecimal. Any 2xx answer means delivered; others, and none within 10 seconds, are tried again.
 */
export function webhook({ url, secret, attempts = 4, pause = FIRST_PAUSE }: WebhookOptions): Deliver {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalidInput("webhook", "an address such as https://example.com/hook", url);
  }
  const backoff = new ExponentialBackoff({ initialDelay: pause, maxDelay: 20 * pause });
  const policy = retry(handleAll, { maxAttempts: attempts - 1, backoff });
  return async (signal) => {
    const body = JSON.stringify(signal);
    const headers = {
      "content-type": "application/json",
      ...(secret !== undefined && { "x-offer-code-signature": signatureOf(body, secret) }),
    };
    await policy.execute(async () => {
      const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT) });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`answered ${response.status}`);
    });
  };
}

function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
