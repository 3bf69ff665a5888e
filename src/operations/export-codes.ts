import { expiryOf } from "../domain/window.js";
import { EXPORT_COLUMNS } from "../intake/column-names.js";
import { unknownOffer } from "../store/checks.js";
import type { CodeRecord, OfferStore } from "../store/store.js";

/**
 * A code that was given out. `starts_on` and `ends_on` are the days of its batch; `sent_until` is when it stops being sent under the offer's window. `state`: `revoked`, or "".
 * Instants as ISO text; "" where there is none.
 */
export type ExportedCode = Record<(typeof EXPORT_COLUMNS)[number], string>;

/**
 * The codes that an offer gave out, of one batch or of all, a few hundred at a time. It never blocks Redis, and memory use does not grow.
 *
 * @example
 * for await (const rows of exportCodes(store, "welcome10")) for (const { code, subscriber_id } of rows) console.log(code, subscriber_id);
 */
export async function* exportCodes(
  store: OfferStore,
  offerId: string,
  options: { batch?: string } = {},
): AsyncGenerator<ExportedCode[]> {
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const numbers = new Map(state.batches.map(({ id }, number) => [id, number]));
  const expiry = ({ code, batch, issuedAt, messageId, redeemedAt }: CodeRecord): number => {
    const number = numbers.get(batch.id) ?? state.batches.length;
    const held = {
      code,
      batch: number,
      issuedAt: issuedAt ?? 0,
      messageId: messageId ?? "",
      redeemedAt,
      shared: false,
    };
    return expiryOf(state, held);
  };
  for await (const records of store.givenOut(offerId)) {
    const wanted = options.batch === undefined ? records : records.filter(({ batch }) => batch.id === options.batch);
    if (wanted.length > 0) yield wanted.map((record) => rowOf(record, expiry(record)));
  }
}

/**
 * The same as CSV text with a header. A cell that a spreadsheet would run as a formula begins with an apostrophe, which every reader of this
 * package removes: the file comes back in by `importAssignments` and `redeemFile` as it was.
 */
export async function* exportCodesCsv(
  store: OfferStore,
  offerId: string,
  options: { batch?: string } = {},
): AsyncGenerator<string> {
  const rows = exportCodes(store, offerId, options);
  const first = await rows.next();
  yield csvLine(EXPORT_COLUMNS);
  if (!first.done) yield csvText(first.value);
  for await (const chunk of rows) yield csvText(chunk);
}

/** One line of CSV. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvText(rows: readonly ExportedCode[]): string {
  return rows.map((row) => csvLine(EXPORT_COLUMNS.map((column) => row[column]))).join("");
}

/**
 * A spreadsheet takes a cell that begins with one of = + - @ (or with a tab or a line break before it) for a formula. One more apostrophe goes before those
 * that such a cell has already, so that one can be removed from each.
 */
function csvCell(value: string): string {
  const safe = /^'*\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function rowOf(record: CodeRecord, expiry: number): ExportedCode {
  const { code, subscriberId, messageId, batch, issuedAt, redeemedAt, revoked } = record;
  return {
    code,
    subscriber_id: subscriberId ?? "",
    message_id: messageId ?? "",
    batch: batch.id,
    starts_on: batch.startsOn ?? "",
    ends_on: batch.endsOn ?? "",
    issued_at: isoText(issuedAt),
    sent_until: isoText(expiry),
    redeemed_at: isoText(redeemedAt),
    state: revoked ? "revoked" : "",
  };
}

function isoText(at: number | null): string {
  return at === null || !Number.isFinite(at) ? "" : new Date(at).toISOString();
}
