/**
 * Previews: what sample subscribers would get, at any moment, without taking a code.
 *
 * @example
 * const { address } = await startPreview("examples/preview");
 */
export { openLiveStore } from "./live-store.js";
export { type PreviewOptions, type PreviewServer, startPreview } from "./server/server.js";
