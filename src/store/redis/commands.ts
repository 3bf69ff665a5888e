import { type Argument, type Outcome, type RedisClient, send } from "./client.js";

/** The commands that the store sends outside of its scripts, with the types of their replies. */
export type Commands = {
  hget(key: string, field: string): Promise<string | null>;
  hscan(key: string, cursor: string, ...options: Argument[]): Promise<[cursor: string, items: string[]]>;
  lrange(key: string, from: number, to: number): Promise<string[]>;
  publish(channel: string, text: string): Promise<unknown>;
  pipeline(): CommandPipeline;
};

/** Reads that go out together. `exec` gives their replies in order. */
export type CommandPipeline = {
  hget(key: string, field: string): void;
  hscan(key: string, cursor: string, ...options: Argument[]): void;
  lindex(key: string, index: number): void;
  llen(key: string): void;
  lrange(key: string, from: number, to: number): void;
  zrange(key: string, from: string | number, to: string | number): void;
  exec(): Promise<Outcome[]>;
};

/** Commands outside of scripts that an account has to be allowed to send; see also `scriptCommands` in lua.ts. */
export const PLAIN_COMMANDS = ["exists", "hget", "hscan", "lindex", "llen", "lrange", "zrange"];

export function commandsOf(client: RedisClient): Commands {
  const text = (command: string, ...args: Argument[]) => send(client, command, ...args) as Promise<string | null>;
  const list = (command: string, ...args: Argument[]) => send(client, command, ...args) as Promise<string[]>;
  return {
    hget: (key, field) => text("hget", key, field),
    hscan: (key, cursor, ...options) => send(client, "hscan", key, cursor, ...options) as Promise<[string, string[]]>,
    lrange: (key, from, to) => list("lrange", key, from, to),
    publish: (channel, message) => send(client, "publish", channel, message),
    pipeline: () => pipelineOf(client),
  };
}

function pipelineOf(client: RedisClient): CommandPipeline {
  const pipeline = client.pipeline();
  return {
    hget: (key, field) => void pipeline.call("hget", key, field),
    hscan: (key, cursor, ...options) => void pipeline.call("hscan", key, cursor, ...options),
    lindex: (key, index) => void pipeline.call("lindex", key, index),
    llen: (key) => void pipeline.call("llen", key),
    lrange: (key, from, to) => void pipeline.call("lrange", key, from, to),
    zrange: (key, from, to) => void pipeline.call("zrange", key, from, to),
    exec: async () => (await pipeline.exec()) ?? [],
  };
}
