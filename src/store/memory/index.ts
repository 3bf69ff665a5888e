/** The embedded store: demos, previews and users' own tests. */
export { memoryStore } from "./memory-store.js";
