// A TCP proxy between a client and a Redis server that breaks things on demand.
import { createServer, type Server, type Socket } from "node:net";
import { type Command, createFault, type Fault, type FaultOptions, type Matching, matcherOf } from "./fault.js";
import { type Link, openLink } from "./fault-link.js";
import { freePort } from "./redis-server.js";

export type { Command, Fault, Matching } from "./fault.js";

/** The commands that run a script, however the client sends it. */
export const SCRIPTS = ["EVAL", "EVALSHA", "FCALL"] as const;

type Upstream = { readonly host: string; readonly port: number; readonly url?: string };

export type FaultProxy = {
  readonly host: string;
  readonly port: number;
  readonly url: string;

  /** Every command that clients have sent, in order of arrival. */
  readonly commands: readonly Command[];
  /** How many of them match. */
  count(matching: Matching): number;
  /** How many chunks of requests have come: commands that were sent together come in one. */
  readonly writes: number;
  /** Counts from nothing again. */
  forgetCommands(): void;
  /** How many clients are connected now. */
  readonly connections: number;

  /**
   * The server runs the command and its reply is lost. The connection ends there, or with `close: false` stays open
   * and no reply ever comes over it again (a later one would be taken for the lost one).
   */
  dropReply(matching: Matching, options?: FaultOptions & { readonly close?: boolean }): Fault;
  /** The server runs the command, the client gets the first half of the reply, and the connection ends. */
  cutReply(matching: Matching, options?: FaultOptions): Fault;
  /** The connection ends before the server sees the command. */
  cutRequest(matching: Matching, options?: FaultOptions): Fault;
  /** The server runs the command; its reply, and those behind it, come later. */
  delayReply(matching: Matching, milliseconds: number, options?: FaultOptions): Fault;

  /** Accepts connections and passes on no reply, until `speak()`: then everything held back goes through. */
  silence(): void;
  speak(): void;
  /** Refuses new connections until `accept()`; those that are open stay. */
  refuse(): void;
  accept(): Promise<void>;
  /** Ends all connections now. */
  cutAll(): void;
  /** Sends new connections to another server. */
  target(server: Upstream): void;
  /** Ends every fault, the silence and the refusal. */
  heal(): Promise<void>;
  close(): void;
};

/** Starts a proxy on a free loopback port: in front of `server`, everything passes until a fault is set. */
export async function startFaultProxy(server: Upstream): Promise<FaultProxy> {
  const [host, port] = ["127.0.0.1", await freePort()];
  const links = new Set<Link>();
  const faults = new Set<Fault>();
  const commands: Command[] = [];
  let [upstream, listener, writes, silent] = [server, undefined as Server | undefined, 0, false];

  const connected = (client: Socket) => {
    const link = openLink(client, upstream, {
      received: (chunk) => {
        writes += 1;
        commands.push(...chunk);
      },
      faultFor: (command) => [...faults].find((fault) => fault.strikes(command)),
      closed: () => links.delete(link),
    });
    links.add(link);
    if (silent) link.hold();
  };
  const add = (fault: Fault) => {
    faults.add(fault);
    return fault;
  };
  const proxy: FaultProxy = {
    host,
    port,
    url: urlOf(server, port),
    commands,
    get writes() {
      return writes;
    },
    get connections() {
      return links.size;
    },
    count: (matching) => commands.filter(matcherOf(matching)).length,
    forgetCommands() {
      commands.length = 0;
      writes = 0;
    },
    dropReply: (matching, { close = true, ...options } = {}) =>
      add(createFault(close ? "drop-reply" : "mute", matching, options)),
    cutReply: (matching, options) => add(createFault("cut-reply", matching, options)),
    cutRequest: (matching, options) => add(createFault("cut-request", matching, options)),
    delayReply: (matching, delay, options) => add(createFault("delay-reply", matching, { ...options, delay })),
    silence() {
      silent = true;
      for (const link of links) link.hold();
    },
    speak() {
      silent = false;
      for (const link of links) link.release();
    },
    refuse() {
      listener?.close();
      listener = undefined;
    },
    async accept() {
      listener ??= await listen(host, port, connected);
    },
    cutAll() {
      for (const link of links) link.cut();
    },
    target(other) {
      upstream = other;
    },
    async heal() {
      faults.clear();
      proxy.speak();
      await proxy.accept();
    },
    close() {
      proxy.refuse();
      proxy.cutAll();
    },
  };
  await proxy.accept();
  return proxy;
}

function urlOf(server: Upstream, port: number): string {
  const url = new URL(server.url ?? `redis://${server.host}`);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href;
}

function listen(host: string, port: number, connected: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(connected).unref();
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}
