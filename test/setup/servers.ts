// Runs in every test file: notes which tests used a real server, and ends the servers of the file.
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeEach } from "vitest";
import { isRedisPort, stopRedisServers } from "./redis-server.js";

declare module "vitest" {
  interface TaskMeta {
    /** The test sent something to a Redis server that this test run started. */
    realRedis?: boolean;
  }
}

const ports = new Map<Socket, number>();
let sentByClosed = 0;
let sentBefore = 0;

subscribe("net.client.socket", (message) => {
  const { socket } = message as { socket: Socket };
  socket.once("connect", () => ports.set(socket, socket.remotePort ?? 0));
  socket.once("close", () => {
    sentByClosed += sentOver(socket);
    ports.delete(socket);
  });
});

beforeEach(() => {
  sentBefore = sentToRedis();
});

afterEach(({ task }) => {
  if (sentToRedis() > sentBefore) task.meta.realRedis = true;
});

afterAll(stopRedisServers);

/** Bytes, over every connection that this process has made so far. */
function sentToRedis(): number {
  return [...ports.keys()].reduce((sent, socket) => sent + sentOver(socket), sentByClosed);
}

function sentOver(socket: Socket): number {
  return isRedisPort(ports.get(socket) ?? 0) ? socket.bytesWritten : 0;
}
