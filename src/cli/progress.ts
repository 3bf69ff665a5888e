import { Presets, SingleBar } from "cli-progress";

/** Milliseconds between two lines where there is no terminal. */
const LINE_EVERY = 3000;

/** Shows how far a long command is: a bar on a terminal, a line every few seconds elsewhere. All of it on standard error. */
export type Progress = {
  /** `total` is `null` where nobody knows it. */
  show(what: string, done: number, total: number | null): void;
  end(): void;
};

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  let shown = "";
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show(what, done, total) {
      if (what !== shown) end();
      shown = what;
      if (bar === undefined) {
        const format = `${what} {bar} {percentage}% | {value} of {total} | {eta_formatted} left`;
        bar = new SingleBar(
          { stream, format, hideCursor: true, clearOnComplete: false, formatValue, formatTime },
          Presets.shades_classic,
        );
        bar.start(total ?? done, done);
      }
      bar.setTotal(total ?? done);
      bar.update(done);
    },
    end,
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let next = performance.now() + LINE_EVERY;
  return {
    show(what, done, total) {
      if (performance.now() < next) return;
      next = performance.now() + LINE_EVERY;
      const part = total === null ? "" : ` of ${total.toLocaleString("en-US")}`;
      stream.write(`${what}: ${done.toLocaleString("en-US")}${part}\n`);
    },
    end() {},
  };
}

/** Nobody knows how long the rest will take until something is done. */
function formatTime(seconds: unknown): string {
  const known = typeof seconds === "number" && Number.isFinite(seconds) ? Math.ceil(seconds) : null;
  if (known === null) return "?";
  return known < 60 ? `${known} s` : `${Math.floor(known / 60)} min ${known % 60} s`;
}

function formatValue(value: number, _options: unknown, type: string): string {
  return type === "value" || type === "total" ? value.toLocaleString("en-US") : String(value);
}
