import { connect, createServer, type Socket } from "node:net";
import { freePort, type RedisServer } from "../setup/redis.js";

/** A connection as slow as one likes, whatever it carries: the fault proxy reads commands, and a replica's stream has none. */
export type Pipe = { readonly host: string; readonly port: number; hold(): void; release(): void; close(): void };

export async function startPipe(server: RedisServer): Promise<Pipe> {
  const [host, port] = ["127.0.0.1", await freePort()];
  const sockets = new Map<Socket, Socket>();
  const listener = createServer((near) => {
    const far = connect(server.port, server.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.set(from, to);
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
      from.pipe(to);
    }
  }).unref();
  await new Promise<void>((resolve) => listener.listen(port, host, resolve));
  return {
    host,
    port,
    hold() {
      for (const socket of sockets.keys()) socket.unpipe().pause();
    },
    release() {
      for (const [from, to] of sockets) from.pipe(to);
    },
    close() {
      listener.close();
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
}
