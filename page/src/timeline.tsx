import { useEffect, useRef, useState } from "preact/hooks";
import { DAY, dayText, wallClock } from "./dates.js";
import type { Timeline } from "./types.js";

const BAR = { y: 22, height: 30 };
const BATCH_Y = 62;
const BATCH_STEP = 14;
const LETTER = 7.4;

type Properties = { timeline: Timeline; timeZone: string; travel: (at: string) => void };

/** The coming months: which code would be shown when. Dragging, or the arrow keys, move the day that the page shows. */
export function TimelinePicture({ timeline, timeZone, travel }: Properties) {
  const { from, to, now } = timeline;
  const { box, width } = useWidth();
  const x = (at: number) => ((at - from) / (to - from)) * width;
  const moveTo = (at: number) => travel(wallClock(snapped(at, timeline), timeZone));
  const follow = (event: PointerEvent) => {
    const slider = event.currentTarget as HTMLElement;
    if (event.type === "pointerdown") slider.setPointerCapture(event.pointerId);
    if (event.buttons === 0) return;
    const { left } = slider.getBoundingClientRect();
    moveTo(from + ((event.clientX - left) / width) * (to - from));
  };
  const height = BATCH_Y + timeline.batches.length * BATCH_STEP + 6;
  return (
    <figure class="timeline" ref={box}>
      <div
        class="slider"
        role="slider"
        tabIndex={0}
        aria-label="Day that this page shows"
        aria-valuemin={from}
        aria-valuemax={to}
        aria-valuenow={now}
        aria-valuetext={valueText(timeline, timeZone)}
        onPointerDown={follow}
        onPointerMove={follow}
        onKeyDown={(event) => {
          const days = KEYS[event.key];
          if (days === undefined) return;
          event.preventDefault();
          moveTo(now + days * DAY);
        }}
      >
        <svg width={width} height={height} aria-hidden="true">
          <Months timeline={timeline} x={x} timeZone={timeZone} height={height} />
          <Bars timeline={timeline} x={x} />
          <Marks timeline={timeline} x={x} />
          {timeline.batches.map((batch, place) => (
            <g key={batch.id} class="batch">
              <rect
                x={x(batch.from)}
                y={BATCH_Y + place * BATCH_STEP}
                width={x(batch.to) - x(batch.from)}
                height={3}
                rx={1.5}
              />
              <text x={Math.max(2, x(batch.from))} y={BATCH_Y + 12 + place * BATCH_STEP}>
                {batch.id}
              </text>
            </g>
          ))}
          <line class="today" x1={x(timeline.today)} x2={x(timeline.today)} y1={16} y2={height} />
          <g class="now" transform={`translate(${x(now)} 0)`}>
            <line y1={10} y2={height} />
            <circle cy={10} r={6} />
          </g>
        </svg>
      </div>
      <figcaption>{dayText(now, timeZone)}. Drag, or use the arrow keys, to travel.</figcaption>
    </figure>
  );
}

const KEYS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -30,
  PageUp: 30,
};

type Part = { timeline: Timeline; x: (at: number) => number };

function Bars({ timeline, x }: Part) {
  return (
    <>
      {timeline.bars.map((bar) => {
        const room = x(bar.to) - x(bar.from);
        const text = bar.code ?? (bar.outcome === "new" || bar.outcome === "sign-up" ? "a new code" : bar.label);
        return (
          <g key={bar.from} class={`bar-of ${bar.outcome}${bar.code === null ? " open" : ""}`}>
            <title>{`${text}: ${bar.label}`}</title>
            <rect x={x(bar.from) + 0.5} y={BAR.y} width={Math.max(1, room - 1)} height={BAR.height} rx={3} />
            {room > text.length * LETTER + 12 && (
              <text x={x(bar.from) + 8} y={BAR.y + 19}>
                {text}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

function Marks({ timeline, x }: Part) {
  return (
    <>
      {timeline.marks.map((mark) => (
        <g
          key={`${mark.kind}${mark.at}${mark.label}`}
          class={`mark ${mark.kind}`}
          transform={`translate(${x(mark.at)} ${BAR.y + BAR.height})`}
        >
          <title>{mark.label}</title>
          {mark.kind === "received" && <path d="M-4 5 L4 5 L0 -1 Z" />}
          {mark.kind === "redeemed" && <path d="M0 -2 L4 2 L0 6 L-4 2 Z" />}
          {mark.kind === "ends" && <path d="M-1 -3 H1 V6 H-1 Z" />}
        </g>
      ))}
    </>
  );
}

function Months({ timeline: { from, to }, x, timeZone, height }: Part & { timeZone: string; height: number }) {
  const name = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
  const starts: number[] = [];
  const first = new Date(`${wallClock(from, timeZone).slice(0, 7)}-01T00:00Z`);
  for (let month = 1; starts.length < 40; month++) {
    const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1);
    if (start >= to) break;
    starts.push(start);
  }
  return (
    <>
      {starts.map((start) => (
        <g key={start} class="month">
          <line x1={x(start)} x2={x(start)} y1={16} y2={height} />
          <text x={x(start) + 4} y={11}>
            {name.format(start)}
          </text>
        </g>
      ))}
    </>
  );
}

/** Whole days from today, so that the time of day stays. */
function snapped(at: number, { today, from, to }: Timeline): number {
  const inside = Math.min(Math.max(at, from + DAY), to - DAY);
  return today + Math.round((inside - today) / DAY) * DAY;
}

function valueText({ bars, now }: Timeline, timeZone: string): string {
  const bar = bars.find((each) => each.from <= now && now < each.to);
  return `${dayText(now, timeZone)}: ${bar?.code ?? bar?.label ?? ""}`;
}

function useWidth() {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(200, entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}
