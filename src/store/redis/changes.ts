import type { StoreChange, Watch } from "../store.js";
import { bounded } from "./bounded.js";
import { isCluster, type RedisClient } from "./client.js";

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
 * second by the caller's client, and counts as live only while it hears what it said less than three seconds ago: a change
 * told later than that finds nobody who still trusts what it makes untrue. After every gap, the listener is told that
 * changes were missed before the watch is live again. A connection that stays silent is replaced.
 */
export function watchChanges(client: RedisClient, channel: string, listener: (change: StoreChange) => void): Watch {
  const own = `${channel}:${crypto.randomUUID()}`;
  let saidAt = Number.NEGATIVE_INFINITY;
  let openedAt = 0;
  let isBeating = false;
  let isClosed = false;
  let closed = false;
  let subscriber = open();

  function live(): boolean {
    return performance.now() - saidAt <= SILENCE_ALLOWED;
  }

  function notify(change: StoreChange): void {
    if (!closed) listener(change);
  }

  function lose(): void {
    if (isClosed || saidAt === Number.NEGATIVE_INFINITY) return;
    saidAt = Number.NEGATIVE_INFINITY;
    notify({ type: "missed" });
  }

  function hear(said: number): void {
    if (!live()) notify({ type: "missed" });
    saidAt = said;
  }

  function open(): RedisClient {
    const opened = duplicateOf(client);
    const ifCurrent = (act: () => void) => () => {
      if (opened === subscriber) act();
    };
    openedAt = performance.now();
    opened.on("message", (from: string, text: string) => {
      if (isClosed) return;
      if (from === own) ifCurrent(() => hear(Number(text)))();
      else notify(changeFrom(text));
    });
    opened.on("close", ifCurrent(lose));
    opened.on("end", ifCurrent(lose));
    // An error is followed by "close"; without a listener it would end the process.
    opened.on("error", () => {});
    opened.subscribe(channel, own).then(beat, () => {});
    return opened;
  }

  function beat(): void {
    if (!live()) lose();
    if (!live() && performance.now() - openedAt > SILENCE_ALLOWED) {
      const silent = subscriber;
      subscriber = open();
      silent.disconnect();
    }
    if (isBeating) return;
    isBeating = true;
    const said = String(performance.now());
    const done = () => {
      isBeating = false;
    };
    bounded("beat", SILENCE_ALLOWED, client.publish(own, said)).then(done, done);
  }

  const beating = setInterval(beat, BEAT_EVERY);
  beating.unref();

  return {
    live,
    async close() {
      closed = true;
      isClosed = true;
      clearInterval(beating);
      subscriber.disconnect();
    },
  };
}

/** A connection that waits for its server as long as it takes, whatever the caller's own is told to do. */
function duplicateOf(client: RedisClient): RedisClient {
  if (isCluster(client)) return client.duplicate([], { enableOfflineQueue: true });
  return client.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
}
