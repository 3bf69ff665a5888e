import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Command, Fault } from "./fault.js";
import { createFrames, isPush, wordsOf } from "./resp.js";

/** One client's connection through the proxy. */
export type Link = {
  hold(): void;
  release(): void;
  cut(): void;
};

export type Observer = {
  /** The commands that came in one chunk. */
  received(commands: readonly Command[]): void;
  /** The fault that strikes this command. Called once for each command. */
  faultFor(command: Command): Fault | undefined;
  closed(): void;
};

/** What a reply will be, known before it arrives. */
type Expected = { readonly fault: Fault | undefined; readonly isStream: boolean };

/**
 * Passes requests to the server and replies to the client, frame by frame: the first reply answers the first request.
 * Two things answer no request. Pushes of RESP3, which name themselves; and, with RESP2, everything after a SUBSCRIBE
 * or MONITOR, so from there on replies pass as they come.
 */
export function openLink(client: Socket, upstream: { host: string; port: number }, observer: Observer): Link {
  const server = connect(upstream.port, upstream.host);
  const [requests, replies] = [createFrames(), createFrames()];
  const expected: Expected[] = [];
  const writer = createWriter(client);
  let [speaksResp3, isStream, isMute] = [false, false, false];

  const cut = () => {
    client.destroy();
    server.destroy();
  };
  const endAfter = (lastBytes: Buffer) => {
    isMute = true;
    writer.end(lastBytes);
    server.destroy();
  };
  const request = (frame: Buffer, command: Command) => {
    if (server.destroyed) return;
    const fault = observer.faultFor(command);
    if (fault?.effect === "cut-request") return cut();
    if (command.name === "HELLO" && command.args[0] === "3") speaksResp3 = true;
    if (!answersByPush(command) || !speaksResp3) expected.push({ fault, isStream: answersByPush(command) });
    server.write(frame);
  };
  const reply = (frame: Buffer) => {
    if (isMute) return;
    if (isStream || isPush(frame)) return writer.write(frame);
    const next = expected.shift();
    isStream = next?.isStream ?? false;
    switch (next?.fault?.effect) {
      case "drop-reply":
        return endAfter(Buffer.alloc(0));
      case "cut-reply":
        return endAfter(frame.subarray(0, Math.ceil(frame.length / 2)));
      case "mute":
        isMute = true;
        return;
      default:
        return writer.write(frame, next?.fault?.delay);
    }
  };

  client.setNoDelay(true).on("data", (chunk) => {
    const frames = requests.push(chunk);
    const commands = frames.map(commandOf);
    observer.received(commands);
    for (const [index, frame] of frames.entries()) request(frame, commands[index]!);
  });
  server.setNoDelay(true).on("data", (chunk) => {
    for (const frame of replies.push(chunk)) reply(frame);
  });
  client
    .on("error", () => {})
    .once("close", () => {
      server.end();
      observer.closed();
    });
  server.on("error", () => {}).once("close", () => writer.end());
  return {
    hold() {
      client.pause();
      server.pause();
    },
    release() {
      client.resume();
      server.resume();
    },
    cut,
  };
}

const ANSWERED_BY_PUSH = /^([PS]?(UN)?SUBSCRIBE|MONITOR)$/;

function answersByPush({ name }: Command): boolean {
  return ANSWERED_BY_PUSH.test(name);
}

function commandOf(frame: Buffer): Command {
  const [name = "", ...args] = wordsOf(frame);
  return { name: name.toUpperCase(), args };
}

/** Writes in order: whatever follows a delayed frame waits with it. */
function createWriter(socket: Socket) {
  let waiting = 0;
  let turn = Promise.resolve();
  const withImportLock = (delay: number, act: () => void) => {
    if (delay === 0 && waiting === 0) return act();
    waiting += 1;
    turn = turn
      .then(() => pause(delay))
      .then(() => {
        waiting -= 1;
        act();
      });
  };
  return {
    write: (bytes: Buffer, delay = 0) => withImportLock(delay, () => void socket.write(bytes)),
    end: (bytes: Buffer = Buffer.alloc(0)) => withImportLock(0, () => void socket.end(bytes)),
  };
}
