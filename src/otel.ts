/**
 * A resolver's events as OpenTelemetry metrics.
 *
 * @module offer-code/otel
 */
export { eventMetrics, type MetricsMeter, openTelemetryEvents } from "./resolver/event-metrics.js";
