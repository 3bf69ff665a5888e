/** A resolver's events as OpenTelemetry metrics. */
export { eventMetrics, type MetricsMeter, openTelemetryEvents } from "./resolver/event-metrics.js";
