import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileError } from "./source.js";

/** Codes in one call to the store. */
export const CHUNK = 5000;
/** Codes of unfinished chunks kept in memory, over all batches. */
const MOST_WAITING = 100_000;

export type Chunk = { readonly batch: number; readonly codes: readonly string[] };

type Written = { batch: number; position: number; bytes: number };

/**
 * A private copy of the codes of one upload, in chunks of one batch each. The whole file is read and checked before its first code
 * is added: a mistake in its last line leaves nothing half done, and a file that changes later changes nothing.
 * It lives in a temporary file that has no name any more, so that not even a killed process leaves codes behind.
 */
export class Spool {
  readonly #written: Written[] = [];
  readonly #waiting = new Map<number, string[]>();
  #inMemory = 0;
  #end = 0;
  count = 0;

  private constructor(readonly file: FileHandle) {}

  static async create(): Promise<Spool> {
    const path = join(tmpdir(), `offer-code-${crypto.randomUUID()}`);
    const file = await open(path, "wx+", 0o600).catch((error) => {
      throw fileError(path, error);
    });
    await rm(path);
    return new Spool(file);
  }

  /** Awaits only when something has to be written. */
  add(batch: number, code: string): Promise<void> | undefined {
    let codes = this.#waiting.get(batch);
    if (codes === undefined) {
      codes = [];
      this.#waiting.set(batch, codes);
    }
    codes.push(code);
    this.count += 1;
    this.#inMemory += 1;
    if (codes.length === CHUNK) return this.#write(batch, codes);
    return this.#inMemory >= MOST_WAITING ? this.finish() : undefined;
  }

  /** Writes what is still waiting. */
  async finish(): Promise<void> {
    for (const [batch, codes] of this.#waiting) await this.#write(batch, codes);
  }

  async *chunks(): AsyncGenerator<Chunk> {
    for (const { batch, position, bytes } of this.#written) {
      const { buffer } = await this.file.read(Buffer.allocUnsafe(bytes), 0, bytes, position);
      yield { batch, codes: buffer.toString().split("\n") };
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }

  async #write(batch: number, codes: readonly string[]): Promise<void> {
    this.#waiting.delete(batch);
    this.#inMemory -= codes.length;
    const bytes = Buffer.from(codes.join("\n"));
    const position = this.#end;
    this.#end += bytes.length;
    this.#written.push({ batch, position, bytes: bytes.length });
    await this.file.appendFile(bytes).catch((error) => {
      throw fileError(tmpdir(), error);
    });
  }
}
