export type Address = { readonly host: string; readonly port: number };

export type RedisServerOptions = {
  /** Keeps every write in an append-only file, synchronised before the reply: what was acknowledged outlives `kill9()`. */
  readonly appendOnly?: boolean;
  /** For example "4mb". @default no limit */
  readonly maxMemory?: string;
  readonly password?: string;
  readonly replicaOf?: Address;
  /** Further lines of redis.conf. */
  readonly config?: Readonly<Record<string, string | number>>;
  /** Further environment variables of the server. */
  readonly env?: Readonly<Record<string, string>>;
  readonly sentinel?: boolean;
  /** A node of a cluster that is not joined to the others yet. */
  readonly cluster?: boolean;
};

export type RedisServer = Address & {
  readonly url: string;
  readonly dir: string;
  /** Changes with each restart. */
  readonly pid: number;
  readonly args: string[];
  /** What the server has printed since its last start. */
  readonly log: string;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Stops the server where it is up, and starts it again on the same port and folder; resolves when its data are loaded. */
  restart(): Promise<void>;
  /** Freezes the process: connections stay open and receive no reply. */
  pause(): void;
  resume(): void;
};

export function redisProgram(env?: Record<string, string | undefined>): string;
export function startRedisServer(options?: RedisServerOptions): Promise<RedisServer>;
export function stopRedisServers(): void;
export function isRedisPort(port: number): boolean;
export function superviseRedisServers(): () => void;
export function freePort(): Promise<number>;
