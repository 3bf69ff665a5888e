import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Message, Reason } from "offer-code";

export type Ask = Message & { readonly release?: boolean };
export type Answer = {
  readonly subscriberId: string;
  readonly code: string | null;
  readonly reason: Reason;
  readonly isNew: boolean;
  readonly isReleased: boolean;
};

/** The client library of a process. */
export type Library = "ioredis" | "node-redis" | "iovalkey";

const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../dist/src/index.js", import.meta.url));

/** Resolves each list in a process of its own, all starting at once. Resolves with all resolutions. */
export async function race(
  url: string,
  prefix: string,
  lists: readonly (readonly Ask[])[],
  libraries: readonly Library[] = ["ioredis"],
): Promise<Answer[]> {
  if (!existsSync(PACKAGE)) throw new Error("races run the built package: npm run build");
  const runners = lists.map((_, at) => fork(WORKER, [url, prefix, libraries[at % libraries.length] as Library]));
  try {
    await Promise.all(runners.map((runner, at) => isReady(runner, lists[at]!)));
    const answers = runners.map(answersOf);
    for (const runner of runners) runner.send("start");
    return (await Promise.all(answers)).flat();
  } finally {
    for (const runner of runners) runner.kill();
  }
}

async function isReady(runner: ChildProcess, asks: readonly Ask[]): Promise<void> {
  runner.send(asks as Ask[]);
  await messageOf(runner);
}

async function answersOf(runner: ChildProcess): Promise<Answer[]> {
  return (await messageOf(runner)) as Answer[];
}

/** The next message of a process, or an error when it ends without one. */
async function messageOf(runner: ChildProcess): Promise<unknown> {
  const heard = once(runner, "message").then(([message]) => message as unknown);
  const ended = once(runner, "exit").then(([exitCode]) => {
    throw new Error(`a process of the race ended with ${exitCode}`);
  });
  ended.catch(() => {});
  return Promise.race([heard, ended]);
}
