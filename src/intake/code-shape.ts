/** Codes that a shape is learned from; fewer than the least say nothing. */
const MOST_LEARNED = 1000;
const LEAST_LEARNED = 20;
/** The part of the codes that makes a trait one of the file. */
const COMMON = 0.9;
const RARE = 0.02;
/** Traits of the file that a code may lack before it falls out. */
const TOLERATED = 1;

/** What most codes of a file have in common. `null` traits: the codes differ. */
export type CodeShape = {
  readonly shortest: number;
  readonly longest: number;
  readonly hasDigit: boolean;
  readonly prefix: string;
  readonly kinds: ReadonlySet<string>;
};

/** Learns the shape of a file's codes from the first of them, or `null` where there are too few. */
export function shapeOf(codes: readonly string[]): CodeShape | null {
  const learned = codes.slice(0, MOST_LEARNED);
  if (learned.length < LEAST_LEARNED) return null;
  const lengths = learned.map((code) => code.length).sort((one, other) => one - other);
  const cut = Math.floor(learned.length * RARE);
  return {
    shortest: lengths[cut] as number,
    longest: lengths[lengths.length - 1 - cut] as number,
    hasDigit: part(learned, (code) => /\d/.test(code)) >= COMMON,
    prefix: commonPrefix(learned),
    kinds: commonKinds(learned),
  };
}

/** Whether a code lacks several traits of the file. One alone says little: codes grow longer, and a random one may have no digit. */
export function fallsOut(shape: CodeShape, code: string): boolean {
  let lacking = 0;
  if (code.length < shape.shortest || code.length > shape.longest) lacking += 1;
  if (shape.hasDigit && !/\d/.test(code)) lacking += 1;
  if (!code.startsWith(shape.prefix)) lacking += 1;
  if (lacking <= TOLERATED && [...code].some((char) => !shape.kinds.has(kindOf(char)))) lacking += 1;
  return lacking > TOLERATED;
}

/** The shape in words: "8 characters with a digit". */
export function shapeText({ shortest, longest, hasDigit, prefix }: CodeShape): string {
  const length = shortest === longest ? `${shortest}` : `${shortest} to ${longest}`;
  const start = prefix === "" ? "" : ` from ${prefix} on`;
  return `${length} characters${start}${hasDigit ? ", with a digit" : ""}`;
}

function part(codes: readonly string[], holds: (code: string) => boolean): number {
  return codes.filter(holds).length / codes.length;
}

/** Three characters or more that nearly all codes begin with. */
function commonPrefix(codes: readonly string[]): string {
  const middle = [...codes].sort()[Math.floor(codes.length / 2)] as string;
  for (let length = middle.length; length >= 3; length -= 1) {
    const prefix = middle.slice(0, length);
    if (part(codes, (code) => code.startsWith(prefix)) >= COMMON) return prefix;
  }
  return "";
}

function commonKinds(codes: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const code of codes) {
    for (const kind of new Set([...code].map(kindOf))) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count / codes.length >= RARE).map(([kind]) => kind));
}

/** Small letters, capitals, digits, letters of other scripts; any other character is a kind of its own. */
function kindOf(char: string): string {
  if (/\d/.test(char)) return "digit";
  if (/\p{Lu}/u.test(char)) return "capital";
  if (/\p{Ll}/u.test(char)) return "small";
  return /\p{L}/u.test(char) ? "letter" : char;
}
