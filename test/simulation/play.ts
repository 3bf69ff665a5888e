import type { Milliseconds } from "offer-code";
import { type Actor, startActor } from "./actor.js";
import type { Backing } from "./backing.js";
import { about, change, deliveredMessage, resolveCall, shown } from "./calls.js";
import type { Call, ClockChange } from "./history.js";
import type { Network } from "./network.js";
import { randomFor } from "./random.js";
import { LEFT_BEHIND, type Recorder } from "./recorder.js";
import type { Schedule, Step } from "./schedule.js";
import { PROCESSES } from "./tables.js";
import type { World } from "./world.js";

type Send = Extract<Step, { type: "send" }>;
const MOST_DELIVERIES = 3;
/** A queue gives a message to another worker once the first has been silent for so long. */
const DELIVER_AGAIN_AFTER: Milliseconds = 10_000;

/** A message whose parts a process renders. */
type Rendering = { readonly message: string; readonly actor: Actor; parts: number };

/** Lets the steps of a schedule happen to its processes. */
export class Play {
  readonly clocks = new Map<string, readonly ClockChange[]>();
  readonly #actors: Actor[];
  readonly #renderings = new Set<Rendering>();
  #started = 0;
  #deliveries = 0;

  constructor(
    readonly world: World,
    readonly backing: Backing,
    readonly network: Network,
    readonly recorder: Recorder,
    readonly schedule: Schedule,
  ) {
    this.#actors = PROCESSES.map((_, place) => this.#start(place, schedule.ahead[place] ?? 0));
    for (const step of schedule.steps) {
      world.after(step.at, null, () => this.#happen(step));
    }
  }

  async close(): Promise<void> {
    for (const { resolver } of this.#actors) await resolver.close();
  }

  #start(place: number, ahead: Milliseconds): Actor {
    const name = `${PROCESSES[place]}.${this.#started++}`;
    this.world.current = name;
    const actor = startActor(this.world, name, place, this.backing.open(name), ahead);
    this.clocks.set(name, actor.clocks);
    return actor;
  }

  #happen(step: Step): void {
    if (step.type === "hours-pass") {
      this.world.jumped += step.length;
      for (const actor of this.#actors) actor.noteClock();
      return;
    }
    const actor = this.#actors[step.process]!;
    if (step.type === "crash") this.#crash(step.process);
    else if (step.type === "clock") actor.setClock(step.by);
    else if (step.type === "deafen") this.backing.deafen(actor.name, step.length);
    else if (step.type === "cut") this.backing.cut(actor.name, step.length);
    else if (step.type === "again") this.network.sendAgain(actor.name, step.length, step.later);
    else if (step.type === "send") this.#deliver(step, actor, 1);
    else {
      this.world.after(0, actor.name, () => {
        const isRefused = step.type === "release" && this.#isRendered(about(step));
        if (!isRefused) void change(this.recorder, actor, step);
      });
    }
  }

  #crash(place: number): void {
    const crashed = this.#actors[place]!;
    crashed.endedAt = this.world.now;
    this.world.end(crashed.name);
    this.recorder.end(crashed.name);
    this.#actors[place] = this.#start(place, crashed.ahead);
  }

  /** The parts of a message come a little after each other. Where one got no answer, the message is delivered again. */
  #deliver(step: Send, actor: Actor, attempt: number): void {
    if (attempt > MOST_DELIVERIES || this.#isReleased(about(step))) return;
    const random = randomFor(this.schedule.seed, `delivery ${step.at} ${attempt}`);
    const again = random.between(0, PROCESSES.length - 1);
    const later = (delay: Milliseconds) =>
      this.world.after(delay, null, () => this.#deliver(step, this.#actors[again]!, attempt + 1));
    const message = deliveredMessage(step);
    const delivery = this.#deliveries++;
    const rendering = { message: about(step), actor, parts: step.parts };
    this.#renderings.add(rendering);
    let isAsked = false;
    for (let part = 0; part < step.parts; part++) {
      this.world.after(part === 0 ? 0 : random.between(0, 40), actor.name, () => {
        const call = resolveCall(step, delivery);
        const outcome = this.recorder.note(actor.name, call, () => actor.resolver.resolve(message), shown);
        void outcome.then(({ status }) => {
          rendering.parts -= 1;
          if (rendering.parts === 0) this.#renderings.delete(rendering);
          if (status !== "unknown" || isAsked) return;
          isAsked = true;
          later(random.between(1, 900));
        });
      });
    }
    this.world.after(DELIVER_AGAIN_AFTER, null, () => {
      if (rendering.parts > 0 && actor.endedAt <= this.world.now) later(0);
    });
  }

  /** Nobody releases a message while it is rendered. A process that has ended may have left requests behind. */
  #isRendered(message: string): boolean {
    return [...this.#renderings].some(
      (each) => each.message === message && each.actor.endedAt + LEFT_BEHIND > this.world.now,
    );
  }

  #isReleased(message: string): boolean {
    return this.recorder.isUnderWay((call: Call) => call.type === "release" && about(call) === message);
  }
}
