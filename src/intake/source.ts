import { createReadStream, type ReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { InvalidInputError } from "../domain/errors.js";

/** A file or a stream of text. Errors about it contain `name`. */
export type TextSource = {
  readonly name: string;
  /** Its text, unpacked and without a byte order mark. Rejects with `InvalidInputError` if it is not UTF-8. */
  text(): AsyncIterable<string>;
  /** The part of it that has been read, 0 to 1; `null` if unknown. */
  progress(): number | null;
};

/** The first bytes of a file by kind. */
const START = 4;
const READ_AT_ONCE = 64 * 1024;

/** A file by its path, or standard input by `-`. Its first bytes say whether it is packed by gzip. */
export function textSource(path: string): TextSource {
  return path === "-" ? streamSource(process.stdin, "standard input") : fileSource(path);
}

/** Any stream of bytes. */
export function streamSource(stream: AsyncIterable<Uint8Array | string>, name: string): TextSource {
  return { name, text: () => decoded(bytesOf(stream), name), progress: () => null };
}

/** A text at hand. */
export function textOf(name: string, text: string): TextSource {
  return streamSource(
    (async function* () {
      yield text;
    })(),
    name,
  );
}

function fileSource(path: string): TextSource {
  let reader: ReadStream | undefined;
  let size = 0;
  async function* read(): AsyncGenerator<Uint8Array> {
    const file = await openFile(path);
    try {
      const before = await file.stat({ bigint: true });
      if (before.isDirectory()) throw new InvalidInputError(`${path}: is a directory, not a file`);
      size = Number(before.size);
      if (before.isFile() && size === 0) throw new InvalidInputError(`${path}: the file is empty`);
      reader = createReadStream(path, { fd: file, autoClose: false, highWaterMark: READ_AT_ONCE });
      yield* reader;
      if (before.isFile()) await expectUnchanged(path, file, before);
    } finally {
      reader?.destroy();
      await file.close();
    }
  }
  return {
    name: path,
    text: () => decoded(read(), path),
    progress: () => (size > 0 && reader !== undefined ? Math.min(1, reader.bytesRead / size) : null),
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw fileError(path, error);
  }
}

/** What is wrong with a file, in one line. */
export function fileError(path: string, error: unknown): Error {
  const texts: Record<string, string> = {
    ENOENT: "no such file",
    ENOTDIR: "no such file",
    EISDIR: "is a directory, not a file",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EEXIST: "file already exists",
    ENOSPC: "no space left on the device",
    EROFS: "read-only file system",
  };
  const text = texts[(error as NodeJS.ErrnoException).code ?? ""];
  return text === undefined ? (error as Error) : new InvalidInputError(`${path}: ${text}`, { cause: error });
}

type Stats = { ino: bigint; size: bigint; mtimeNs: bigint };

async function expectUnchanged(path: string, file: FileHandle, before: Stats): Promise<void> {
  const after: Stats[] = [await file.stat({ bigint: true })];
  const named = await stat(path, { bigint: true }).catch(() => undefined);
  if (named !== undefined) after.push(named);
  const isSame = after.every(
    ({ ino, size, mtimeNs }) => ino === before.ino && size === before.size && mtimeNs === before.mtimeNs,
  );
  if (!isSame) throw new InvalidInputError(`${path}: the file changed while it was read`);
}

async function* bytesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let isFirst = true;
  for await (const chunk of withStartWhole(unpacked(bytes, name))) {
    if (isFirst) expectText(chunk, name);
    isFirst = false;
    if (chunk.includes(0)) throw new InvalidInputError(`${name}: this is a binary file, not a CSV file`);
    yield decode(name, () => decoder.decode(chunk, { stream: true }));
  }
  yield decode(name, () => decoder.decode());
}

function decode(name: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    throw new InvalidInputError(`${name}: this is not UTF-8 text. Save the file as CSV UTF-8`, { cause: error });
  }
}

function expectText(start: Uint8Array, name: string): void {
  const [first = 0, second = 0] = start;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new InvalidInputError(`${name}: this is UTF-16 text. Save the file as CSV UTF-8`);
  }
  if (first === 0x50 && second === 0x4b && start[2] === 3) {
    throw new InvalidInputError(`${name}: this is a zip file or a workbook. Save it as CSV UTF-8`);
  }
}

async function* unpacked(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const chunks = withStartWhole(bytes)[Symbol.asyncIterator]();
  const { value: first, done } = await chunks.next();
  if (done) throw new InvalidInputError(`${name}: there is nothing in it`);
  const all = (async function* () {
    yield first as Uint8Array;
    yield* { [Symbol.asyncIterator]: () => chunks };
  })();
  if (first[0] === 0x1f && first[1] === 0x8b) yield* gunzipped(all, name);
  else yield* all;
}

/** The first bytes say what a file is, so they arrive in one piece. */
async function* withStartWhole(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of bytes) {
    if (start === undefined) yield chunk;
    else {
      start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
      if (start.length < START) continue;
      yield start;
      start = undefined;
    }
  }
  if (start !== undefined && start.length > 0) yield start;
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: READ_AT_ONCE });
  const feeding = feed(bytes, gunzip).catch((error) => void gunzip.destroy(error));
  try {
    yield* gunzip;
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(`${name}: the gzip data are broken or cut off`, { cause: error });
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function feed(bytes: AsyncIterable<Uint8Array>, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of bytes) {
    if (gunzip.destroyed) return;
    if (gunzip.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      gunzip.once("drain", resolve).once("close", resolve);
    });
  }
  gunzip.end();
}
