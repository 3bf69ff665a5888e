export const DAY = 86_400_000;
const zones = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone at an instant, to the minute: `2026-11-23T09:00`. */
export function wallClock(at: number, timeZone: string): string {
  let format = zones.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    zones.set(timeZone, format);
  }
  return format.format(at).replace(" ", "T");
}

/** Moves a wall-clock time by days. */
export function movedBy(wall: string, days: number): string {
  return new Date(Date.parse(`${wall}Z`) + days * DAY).toISOString().slice(0, 16);
}

export function dayText(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone }).format(at);
}
