import type { StoreChange, Watch } from "../store.js";
import { answerWithin } from "./answer-within.js";
import { duplicateForSubscription, type RedisClient, send } from "./client.js";

/** How often a watch sends itself a heartbeat, and how old the last one received may be while the watch is live. Milliseconds. */
const HEARTBEAT_EVERY = 1000;
const SILENCE_ALLOWED = 3000;

/** A change as it is published on the channel: words separated by tabs, which no id contains. */
export function changeText(change: StoreChange): string {
  switch (change.type) {
    case "offer":
      return `offer\t${change.offerId}`;
    case "subscriber":
    case "revoked":
      return `${change.type}\t${change.offerId}\t${change.subscriberId}`;
    case "forgotten":
      return `forgotten\t${change.subscriberId}`;
    case "missed":
      return "missed";
  }
}

function changeFrom(text: string): StoreChange {
  const [type, first = "", second = ""] = text.split("\t");
  if (type === "offer") return { type, offerId: first };
  if (type === "subscriber" || type === "revoked") return { type, offerId: first, subscriberId: second };
  if (type === "forgotten") return { type, subscriberId: first };
  return { type: "missed" };
}

/**
 * Subscribes to the changes of all processes on a connection of its own.
 *
 * A connection can be dead long before anything reports it. So each watch also subscribes to a channel of its own, publishes a
 * heartbeat there every second by the caller's client, and is live only while it has received one that it sent less than three seconds
 * ago. A change that is lost therefore leaves no cache trusted for longer. After every gap, the listener is notified that changes
 * were missed before the watch is live again. A connection that stays silent is replaced.
 *
 * A primary that a partition has cut off delivers heartbeats for as long as it runs, while another is written to. `isCurrent` says
 * whether this one still has its replicas; a heartbeat is published only where it has.
 */
export function watchChanges(
  client: RedisClient,
  channel: string,
  listener: (change: StoreChange) => void,
  isCurrent: () => Promise<boolean> = async () => true,
): Watch {
  const own = `${channel}:${crypto.randomUUID()}`;
  let receivedSentAt = Number.NEGATIVE_INFINITY;
  let openedAt = 0;
  let isSending = false;
  let isClosed = false;
  let subscriber = open();

  function live(): boolean {
    return performance.now() - receivedSentAt <= SILENCE_ALLOWED;
  }

  function notify(change: StoreChange): void {
    if (!isClosed) listener(change);
  }

  function lose(): void {
    if (isClosed || receivedSentAt === Number.NEGATIVE_INFINITY) return;
    receivedSentAt = Number.NEGATIVE_INFINITY;
    notify({ type: "missed" });
  }

  function onHeartbeat(sentAt: number): void {
    if (!live()) notify({ type: "missed" });
    receivedSentAt = sentAt;
  }

  function open(): RedisClient {
    const opened = duplicateForSubscription(client);
    const ifCurrent = (act: () => void) => () => {
      if (opened === subscriber) act();
    };
    openedAt = performance.now();
    opened.on("message", (from: string, text: string) => {
      if (isClosed) return;
      if (from === own) ifCurrent(() => onHeartbeat(Number(text)))();
      else notify(changeFrom(text));
    });
    opened.on("close", ifCurrent(lose));
    opened.on("end", ifCurrent(lose));
    // An error is followed by "close"; without a listener it would end the process.
    opened.on("error", () => {});
    opened.subscribe(channel, own).then(heartbeat, () => {});
    return opened;
  }

  function heartbeat(): void {
    if (isClosed) return;
    if (!live()) lose();
    if (!live() && performance.now() - openedAt > SILENCE_ALLOWED) {
      const silent = subscriber;
      subscriber = open();
      silent.disconnect();
    }
    if (isSending) return;
    isSending = true;
    const sentAt = String(performance.now());
    const done = () => {
      isSending = false;
    };
    answerWithin("heartbeat", SILENCE_ALLOWED, publish(sentAt)).then(done, done);
  }

  async function publish(sentAt: string): Promise<void> {
    if (await isCurrent()) await send(client, "publish", own, sentAt);
  }

  const timer = setInterval(heartbeat, HEARTBEAT_EVERY);
  timer.unref();

  return {
    live,
    async close() {
      isClosed = true;
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}
