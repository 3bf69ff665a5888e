import { InvalidInputError } from "../domain/errors.js";
import { type TextSource, textSource } from "./source.js";

const MOST_CHARACTERS = 50_000_000;

/** The value that a JSON file holds. Throws an `InvalidInputError` that says where it is wrong. */
export async function readJsonFile(file: string | TextSource): Promise<unknown> {
  const source = typeof file === "string" ? textSource(file) : file;
  let text = "";
  for await (const chunk of source.text()) {
    text += chunk;
    if (text.length > MOST_CHARACTERS) throw new InvalidInputError(`${source.name}: this is too long to be read whole`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidInputError(`${source.name}: this is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}`, {
      cause: error,
    });
  }
}
