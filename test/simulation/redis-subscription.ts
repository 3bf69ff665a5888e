import type { Milliseconds } from "offer-code";
import { type Network, placeOf } from "./network.js";
import { randomFor } from "./random.js";
import type { World } from "./world.js";

type Listener = (...args: unknown[]) => void;

/** A process's subscription to channels: messages come in order and late, and none while the connection is closed. */
export class RedisSubscription {
  readonly #listeners = new Map<string, Listener>();
  readonly #channels = new Set<string>();
  #arrivesAt: Milliseconds = 0;
  #silentUntil: Milliseconds = 0;
  #connection = 0;
  #isOpen = true;

  constructor(
    readonly world: World,
    readonly network: Network,
    readonly process: string,
  ) {}

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, listener);
    return this;
  }

  subscribe(...channels: string[]): Promise<unknown> {
    return new Promise((resolve) => {
      this.world.after(3, this.process, () => {
        for (const channel of channels) this.#channels.add(channel);
        resolve(channels.length);
      });
    });
  }

  disconnect(): void {
    this.#isOpen = false;
    this.#connection += 1;
  }

  deafen(length: Milliseconds): void {
    this.#silentUntil = this.world.now + length;
  }

  /** The connection closes, what is on its way is lost, and the client subscribes again by itself. */
  cut(length: Milliseconds): void {
    if (!this.#isOpen) return;
    this.disconnect();
    const closed = this.#connection;
    this.world.after(0, this.process, () => this.#listeners.get("close")?.());
    this.world.after(length, this.process, () => {
      this.#isOpen = this.#connection === closed;
    });
  }

  publish(channel: string, text: string): void {
    if (!this.#isOpen || !this.#channels.has(channel)) return;
    const { now } = this.world;
    const random = randomFor(this.network.seed, `${placeOf(this.process)} message ${now}`);
    const delay = this.network.weather === 0 ? 1 : random.between(0, 25);
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#silentUntil, now + delay);
    const connection = this.#connection;
    this.world.after(this.#arrivesAt - now, this.process, () => this.#deliver(connection, channel, text));
  }

  #deliver(connection: number, channel: string, text: string): void {
    if (connection !== this.#connection) return;
    if (this.world.now < this.#silentUntil) {
      this.world.after(this.#silentUntil - this.world.now, this.process, () =>
        this.#deliver(connection, channel, text),
      );
      return;
    }
    this.#listeners.get("message")?.(channel, text);
  }
}
