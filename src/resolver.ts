import type { Message } from "./message.js";
import type { Offer } from "./offer.js";
import type { Resolution } from "./resolution.js";

/** Answers for messages. See `createResolver`. */
export interface Resolver {
  /** The answer for one message, claiming a code when the rule says so. `offerId` names another offer than the message's. */
  resolve(message: Message, offerId?: string): Promise<Resolution>;
  /** The same answer when it needs no store (the held code is cached and the rule keeps it), otherwise `undefined`. Claims nothing. */
  resolveKnown(message: Message, offerId?: string): Resolution | undefined;
  /** The offer's definition if this process has it at hand (always after it was resolved). */
  offer(offerId: string): Offer | undefined;
}
