import { once } from "node:events";
import { type FileHandle, open } from "node:fs/promises";
import { fileError } from "../intake/source.js";

/** Writes a new file. An existing file of that name is never overwritten. */
export type NewFile = { write(text: AsyncIterable<string>): Promise<void>; close(): Promise<void> };

export async function newFile(path: string): Promise<NewFile> {
  const file = await open(path, "wx").catch((error) => {
    throw fileError(path, error);
  });
  return { write: (text) => append(file, path, text), close: () => file.close() };
}

/** Writes to standard output as fast as the reader reads. */
export async function print(text: AsyncIterable<string>): Promise<void> {
  for await (const chunk of text) {
    if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
  }
}

async function append(file: FileHandle, path: string, text: AsyncIterable<string>): Promise<void> {
  for await (const chunk of text) {
    await file.appendFile(chunk).catch((error) => {
      throw fileError(path, error);
    });
  }
}
