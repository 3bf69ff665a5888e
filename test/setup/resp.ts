// As much of the Redis protocol (RESP2 and RESP3) as it takes to see where one request or reply ends.

export type Frames = { push(chunk: Buffer): Buffer[] };

/** Cuts a stream of bytes into whole frames: what is not complete waits for the next chunk. */
export function createFrames(): Frames {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: Buffer[] = [];
      for (let end = frameEnd(rest, 0); end !== undefined; end = frameEnd(rest, 0)) {
        frames.push(rest.subarray(0, end));
        rest = rest.subarray(end);
      }
      return frames;
    },
  };
}

/** The words of a request: ["SET", "key", "value"]. */
export function wordsOf(request: Buffer): string[] {
  if (request[0] !== ARRAY) return request.toString().trim().split(/\s+/);
  const words: string[] = [];
  let at = lineEnd(request, 0)!;
  while (at < request.length) {
    const start = lineEnd(request, at)!;
    const length = countIn(request, at);
    words.push(request.toString("utf8", start, start + length));
    at = start + length + 2;
  }
  return words;
}

/** A RESP3 push: it arrives by itself and answers no request. */
export function isPush(reply: Buffer): boolean {
  return reply[0] === PUSH;
}

const [ARRAY, PUSH] = [..."*>"].map((sign) => sign.charCodeAt(0)) as [number, number];

function frameEnd(bytes: Buffer, start: number): number | undefined {
  const afterLine = lineEnd(bytes, start);
  if (afterLine === undefined) return undefined;
  switch (String.fromCharCode(bytes[start]!)) {
    case "$":
    case "=":
    case "!":
      return endOfText(bytes, afterLine, countIn(bytes, start));
    case "*":
    case "~":
    case ">":
      return endOfItems(bytes, afterLine, countIn(bytes, start));
    case "%":
      return endOfItems(bytes, afterLine, 2 * countIn(bytes, start));
    case "|":
      return endOfItems(bytes, afterLine, 2 * countIn(bytes, start) + 1);
    default:
      return afterLine;
  }
}

function endOfText(bytes: Buffer, start: number, length: number): number | undefined {
  const end = length < 0 ? start : start + length + 2;
  return end <= bytes.length ? end : undefined;
}

function endOfItems(bytes: Buffer, start: number, count: number): number | undefined {
  let end: number | undefined = start;
  for (let item = 0; item < count && end !== undefined; item++) end = frameEnd(bytes, end);
  return end;
}

function lineEnd(bytes: Buffer, start: number): number | undefined {
  const newline = bytes.indexOf("\r\n", start);
  return newline < 0 ? undefined : newline + 2;
}

function countIn(bytes: Buffer, start: number): number {
  return Number(bytes.toString("latin1", start + 1, bytes.indexOf("\r\n", start)));
}
