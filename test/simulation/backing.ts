import type { Milliseconds, OfferStore } from "offer-code";
import type { Network } from "./network.js";
import type { World } from "./world.js";

/** What all processes of a schedule stand on: a store of its own for each of them, over the same data. */
export interface Backing {
  /** The store of one process, behind its own network. */
  open(process: string): OfferStore;
  /** The process's subscription to changes is silent for a while, or closed and opened again. */
  deafen(process: string, length: Milliseconds): void;
  cut(process: string, length: Milliseconds): void;
  /** The data themselves, without any network, once all is over. */
  truth(): OfferStore;
  /** What the store finds wrong with itself. */
  faults(offerIds: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

export type BackingMaker = (world: World, network: Network) => Backing | Promise<Backing>;
