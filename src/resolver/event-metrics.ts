import type { EventListener } from "./events.js";

/** The part of OpenTelemetry's `Meter` that is used. */
export type MetricsMeter = {
  /** Creates a counter that only grows. */
  createCounter(name: string, options: { description: string }): MetricsCounter;
};

/** The part of OpenTelemetry's `Counter` that is used. */
export type MetricsCounter = {
  /** Adds to the count of these attributes. */
  add(value: number, attributes?: Attributes): void;
};

type Attributes = Record<string, string | boolean>;

const COUNTERS = {
  claimed: ["offer_code.claimed", "codes that left the pool"],
  kept: ["offer_code.kept", "answers with a code held before; cache: hit or miss"],
  unavailable: ["offer_code.unavailable", "answers without a code to give"],
  "low-stock": ["offer_code.low_stock", "how often an offer's stock fell below its level"],
  "pool-empty": ["offer_code.pool_empty", "how often an offer's pool was found empty"],
  "store-unavailable": ["offer_code.store_unavailable", "how often the store became unavailable"],
  "store-available": ["offer_code.store_available", "how often the store became available again"],
} as const;

/**
 * Counts a resolver's events as OpenTelemetry metrics: `offer_code.claimed`, `offer_code.kept`, `offer_code.unavailable`, ... with the
 * attributes `offer`, `reason`, `cache` (hit or miss) and `fallback`. Subscribers and messages are not attributes.
 *
 * @example
 * const resolver = createResolver({ store, onEvent: eventMetrics(metrics.getMeter("offer-code")) });
 */
export function eventMetrics(meter: MetricsMeter): EventListener {
  const entries = Object.entries(COUNTERS).map(([type, [name, description]]) => [
    type,
    meter.createCounter(name, { description }),
  ]);
  const counters = Object.fromEntries(entries) as Record<keyof typeof COUNTERS, ReturnType<typeof meter.createCounter>>;
  return (event) => {
    const attributes: Attributes = {};
    if ("offerId" in event) attributes.offer = event.offerId;
    if ("reason" in event) attributes.reason = event.reason;
    if (event.type === "kept") attributes.cache = event.fromCache ? "hit" : "miss";
    if (event.type === "unavailable") attributes.fallback = event.isFallback;
    counters[event.type].add(1, attributes);
  };
}

/** The package that is looked for. A variable, so that nobody has to install it. */
const API: string = "@opentelemetry/api";

/**
 * The same by the meter of `@opentelemetry/api` where that package is installed, otherwise `undefined`, which means that nobody listens.
 *
 * @example
 * const resolver = createResolver({ store, onEvent: await openTelemetryEvents() });
 */
export async function openTelemetryEvents(): Promise<EventListener | undefined> {
  try {
    const { metrics } = (await import(API)) as { metrics: { getMeter(name: string): MetricsMeter } };
    return eventMetrics(metrics.getMeter("offer-code"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
