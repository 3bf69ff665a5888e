import { Presets, SingleBar } from "cli-progress";

/** Milliseconds between two lines if there is no terminal. */
const LINE_EVERY = 3000;

/** Shows the progress of a long command on standard error: a bar on a terminal, a line every few seconds elsewhere. */
export type Progress = {
  show(what: string, done: number, total: number): void;
  /** Reports the rows read so far. `part`: the part of the file that they are, 0 to 1, or `null` if unknown. */
  showRead(what: string, rows: number, part: number | null): void;
  end(): void;
};

/** `of`: the words before the total, "of" or "of about". `total` is `null` if unknown. */
type Display = { draw(what: string, done: number, of: string, total: number | null): void; end(): void };

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const { draw, end } = stream.isTTY ? bars(stream) : lines(stream);
  return {
    show: (what, done, total) => draw(what, done, "of", total),
    showRead: (what, rows, part) => draw(what, rows, "of about", part ? Math.round(rows / part) : null),
    end,
  };
}

function bars(stream: NodeJS.WriteStream): Display {
  let bar: SingleBar | undefined;
  let shown = "";
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    draw(what, done, of, total) {
      if (what !== shown) end();
      shown = what;
      if (bar === undefined) {
        const format = `${what} {bar} {percentage}% | {value} ${of} {total} | {eta_formatted} left`;
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

function lines(stream: NodeJS.WriteStream): Display {
  let next = performance.now() + LINE_EVERY;
  return {
    draw(what, done, of, total) {
      if (performance.now() < next) return;
      next = performance.now() + LINE_EVERY;
      const part = total === null ? "" : ` ${of} ${total.toLocaleString("en-US")}`;
      stream.write(`${what}: ${done.toLocaleString("en-US")}${part}\n`);
    },
    end() {},
  };
}

/** How long the rest will take is unknown until something is done. */
function formatTime(seconds: unknown): string {
  const known = typeof seconds === "number" && Number.isFinite(seconds) ? Math.ceil(seconds) : null;
  if (known === null) return "?";
  return known < 60 ? `${known} s` : `${Math.floor(known / 60)} min ${known % 60} s`;
}

function formatValue(value: number, _options: unknown, type: string): string {
  return type === "value" || type === "total" ? value.toLocaleString("en-US") : String(value);
}
