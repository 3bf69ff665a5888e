import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { World } from "./world.js";

type Command = readonly [name: string, ...args: (string | number)[]];
type Publish = (channel: string, text: string) => void;

const NOW = "simulation:now";
const EXPIRIES = "simulation:expiries";
const PUBLISHED = "simulation:published";

/**
 * What a script sees in place of `redis`: the world's time instead of the server's, keys that expire by it, and messages that are
 * handed over to the simulation instead of being published.
 */
const PRELUDE = `
local redis = setmetatable({}, { __index = redis })
do
  local call = getmetatable(redis).__index.call
  local function expireIn(key, length) call("HSET", "${EXPIRIES}", key, call("GET", "${NOW}") + length) end
  function redis.call(name, ...)
    local args, command = { ... }, string.upper(name)
    if command == "TIME" then
      local now = tonumber(call("GET", "${NOW}"))
      return { string.format("%d", math.floor(now / 1000)), string.format("%d", now % 1000 * 1000) }
    elseif command == "PUBLISH" then
      call("RPUSH", "${PUBLISHED}", args[1], args[2])
      return 0
    elseif command == "PEXPIRE" then
      if call("EXISTS", args[1]) == 0 then return 0 end
      expireIn(args[1], args[2])
      return 1
    elseif command == "PTTL" then
      local at = call("HGET", "${EXPIRIES}", args[1])
      return at and at - call("GET", "${NOW}") or call("EXISTS", args[1]) - 2
    elseif command == "SET" then
      for n = 3, #args do
        if string.upper(args[n]) == "PX" then
          table.remove(args, n)
          local length = table.remove(args, n)
          local reply = call("SET", unpack(args))
          if reply then expireIn(args[1], length) end
          return reply
        end
      end
    end
    return call(name, ...)
  end
end
`;

/** A real server whose clock is the world's. Runs one command at a time. */
export class SimulatedServer {
  readonly #scripts = new Map<string, string>();
  #expiries: Record<string, string> = {};

  constructor(
    readonly redis: Redis,
    readonly world: World,
    readonly publish: Publish,
  ) {}

  async run([name, ...args]: Command): Promise<unknown> {
    switch (name.toUpperCase()) {
      case "PUBLISH":
        this.publish(String(args[0]), String(args[1]));
        return 1;
      case "EVALSHA": {
        const script = this.#scripts.get(String(args[0]));
        if (script === undefined) throw new Error("NOSCRIPT No matching script. Please use EVAL.");
        return this.#send(["EVAL", script, ...args.slice(1)]);
      }
      case "EVAL": {
        const script = String(args[0]);
        this.#scripts.set(createHash("sha1").update(script).digest("hex"), withPrelude(script));
        return this.#send(["EVAL", withPrelude(script), ...args.slice(1)]);
      }
      case "SET":
        return this.#set(args);
      default:
        return this.#send([name, ...args]);
    }
  }

  /** Long after the last step: whatever was to expire has. From here on the server's own clock counts again. */
  async expireAll(): Promise<void> {
    const keys = Object.keys(await this.redis.hgetall(EXPIRIES));
    if (keys.length > 0) await this.redis.del(...keys, EXPIRIES);
    this.#expiries = {};
  }

  /** `SET key value PX milliseconds NX`. */
  async #set(args: readonly (string | number)[]): Promise<unknown> {
    const place = args.findIndex((arg) => String(arg).toUpperCase() === "PX");
    if (place < 0) return this.#send(["SET", ...args]);
    const reply = await this.#send(["SET", ...args.slice(0, place), ...args.slice(place + 2)]);
    if (reply !== null)
      await this.redis.hset(EXPIRIES, String(args[0]), this.world.wallClock() + Number(args[place + 1]));
    this.#expiries = await this.redis.hgetall(EXPIRIES);
    return reply;
  }

  async #send([name, ...args]: Command): Promise<unknown> {
    const now = this.world.wallClock();
    const over = Object.entries(this.#expiries).flatMap(([key, at]) => (Number(at) <= now ? [key] : []));
    const pipeline = this.redis.pipeline().set(NOW, String(now));
    if (over.length > 0) pipeline.del(...over).hdel(EXPIRIES, ...over);
    const place = pipeline.length;
    pipeline
      .call(name, ...args)
      .lrange(PUBLISHED, 0, -1)
      .del(PUBLISHED)
      .hgetall(EXPIRIES);
    const replies = (await pipeline.exec()) ?? [];
    const [[error, reply], [, published], , [, expiries]] = replies.slice(place) as [Error | null, unknown][] as [
      [Error | null, unknown],
      [null, string[]],
      unknown,
      [null, Record<string, string>],
    ];
    this.#expiries = expiries;
    for (let at = 0; at < published.length; at += 2) this.publish(published[at]!, published[at + 1]!);
    if (error !== null) throw error;
    return reply;
  }
}

function withPrelude(script: string): string {
  const [shebang = "", ...lines] = script.split("\n");
  return shebang.startsWith("#!") ? [shebang, PRELUDE, ...lines].join("\n") : PRELUDE + script;
}
