import { SegmentedMessage } from "sms-segments-calculator";
import type { Sms } from "./api.js";

/** How an SMS would be sent and charged: its segments, its encoding, and the characters that force the short segments of UCS-2. */
export function smsOf(text: string, longestCode: string | null): Sms {
  const message = new SegmentedMessage(text);
  return {
    segments: message.segmentsCount,
    encoding: message.encodingName,
    characters: message.numberOfCharacters,
    unicode: [...new Set(message.getNonGsmCharacters())],
    longestCode,
  };
}
