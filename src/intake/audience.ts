import { InvalidInputError } from "../domain/errors.js";
import { ID_EXPECTED, isId } from "../domain/identifier.js";
import { csvTable } from "./csv/table.js";
import { type TextSource, textSource } from "./source.js";

const COLUMNS = {
  subscriber_id: [
    "subscriber",
    "subscribers",
    "id",
    "email",
    "email address",
    "phone",
    "customer id",
    "user id",
    "contact id",
  ],
} as const;

/**
 * The subscribers of a CSV file, one at a time: its column `subscriber_id` (or `subscriber`, `id`, `email`, `phone`), or its only
 * column where it has no header. Throws an `InvalidInputError` with the line where it is wrong.
 *
 * @example
 * const { needNew, short } = await resolver.preflight("welcome10", audienceFile("audience.csv"));
 */
export async function* audienceFile(
  file: string | TextSource,
  onRows: (rows: number, part: number | null) => void = () => {},
): AsyncGenerator<string> {
  const source = typeof file === "string" ? textSource(file) : file;
  const table = await csvTable(source, COLUMNS);
  let rows = 0;
  for await (const handful of table.rows) {
    for (const { line, cells, wrong } of handful) {
      if (wrong === "the header again") continue;
      if (!isId(cells.subscriber_id)) throw wrongId(source.name, line, cells.subscriber_id);
      yield cells.subscriber_id;
    }
    rows += handful.length;
    onRows(rows, source.progress());
  }
  if (rows === 0) throw new InvalidInputError(`${source.name}: there is no subscriber in it`);
}

function wrongId(name: string, line: number, value: string): InvalidInputError {
  const got = JSON.stringify(value.slice(0, 80));
  return new InvalidInputError(`${name}: line ${line}: subscriber_id: expected ${ID_EXPECTED}, but got: ${got}`);
}
