import { expect, test } from "vitest";
import { runExample } from "./run.js";

test("subject, HTML and text of a mail show one code, and a mail without a code is not sent", async () => {
  const mails = (await runExample("email-renderer")).trim().split("\n\n");
  expect(mails).toHaveLength(3);
  expect(mails[0]).toContain(`To:      ann@example.com
Subject: Ann, your code A7K2-FALL is inside
HTML:    <h1>10% off your first order</h1><p>Hi Ann, use <b>A7K2-FALL</b>.</p><p>Valid until 2027-02-01.</p>
Text:    Hi Ann, use A7K2-FALL. Valid until 2027-02-01.
Why:     Keeps A7K2-FALL: `);
  expect(mails[1]).toContain(`Subject: Bo & Co, your code B9Q4-FALL is inside
HTML:    <h1>10% off your first order</h1><p>Hi Bo &amp; Co, use <b>B9Q4-FALL</b>.</p>`);
  expect(mails[2]).toBe(`To:      cy@example.com
Not sent: Offer "welcome10" has no code for subscriber "sub_3": its pool is empty (pool-empty)`);
});
