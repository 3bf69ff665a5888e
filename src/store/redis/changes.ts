import type { StoreChange, Watch } from "../store.js";
import type { RedisClient } from "./client.js";

/** How often a watch hears itself, and how long it may hear nothing before it is no longer trusted. Milliseconds. */
const BEAT_EVERY = 1000;
const SILENCE_ALLOWED = 3000;

/** A change as it is told on the channel: words separated by tabs, which no id contains. */
export function changeText(change: StoreChange): string {
  switch (change.type) {
    case "offer":
      return `offer\t${change.offerId}`;
    case "subscriber":
      return `subscriber\t${change.offerId}\t${change.subscriberId}`;
    case "forgotten":
      return `forgotten\t${change.subscriberId}`;
    case "missed":
      return "missed";
  }
}

function changeFrom(text: string): StoreChange {
  const [type, first = "", second = ""] = text.split("\t");
  if (type === "offer") return { type, offerId: first };
  if (type === "subscriber") return { type, offerId: first, subscriberId: second };
  if (type === "forgotten") return { type, subscriberId: first };
  return { type: "missed" };
}

/**
 * Listens to the changes of all processes on a connection of its own.
 *
 * A connection can be dead long before anybody notices. So each watch also listens to a channel of its own, speaks on it every
 * second by the caller's client, and counts as live only while it hears itself. After every gap, the listener is told that
 * changes were missed before the watch is live again.
 */
export function watchChanges(client: RedisClient, channel: string, listener: (change: StoreChange) => void): Watch {
  const own = `${channel}:${crypto.randomUUID()}`;
  const subscriber = "nodes" in client ? client.duplicate() : client.duplicate();
  let heardAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  function lose(): void {
    if (closed || heardAt === Number.NEGATIVE_INFINITY) return;
    heardAt = Number.NEGATIVE_INFINITY;
    listener({ type: "missed" });
  }

  function live(): boolean {
    return performance.now() - heardAt <= SILENCE_ALLOWED;
  }

  function hear(): void {
    if (!live()) listener({ type: "missed" });
    heardAt = performance.now();
  }

  function beat(): void {
    if (!live()) lose();
    client.publish(own, "beat").catch(() => {});
  }

  subscriber.on("message", (from: string, text: string) => {
    if (closed) return;
    if (from === own) hear();
    else listener(changeFrom(text));
  });
  subscriber.on("close", lose);
  subscriber.on("end", lose);
  // An error is followed by "close"; without a listener it would end the process.
  subscriber.on("error", () => {});
  subscriber.subscribe(channel, own).then(beat, () => {});
  const beating = setInterval(beat, BEAT_EVERY);
  beating.unref();

  return {
    live: () => !closed && live(),
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(beating);
      subscriber.disconnect();
    },
  };
}
