import { type Command, InvalidArgumentError } from "commander";
import { importCodes } from "../intake/import.js";
import { type GeneratedCodes, generateCodes } from "../operations/generate-codes.js";
import { type ConnectionOptions, storeCommand } from "./command.js";
import { newFile, print } from "./output.js";
import { openStore } from "./store-connection.js";
import { numberText } from "./table.js";

type GenerateOptions = ConnectionOptions & {
  offer?: string;
  batch?: string;
  startsOn?: string;
  endsOn?: string;
  openEnded?: true;
  out?: string;
};

/** `offer-code generate PATTERN COUNT` */
export function generateCommand(): Command {
  return storeCommand(
    "generate",
    "make unique random codes, for the shop and for a batch, and print how hard they are to guess",
    [
      "generate WELCOME-######## 50000 --out codes.csv",
      "generate WELCOME-######## 50000 --out codes.csv --offer welcome10 --batch 2026-11",
    ],
  )
    .argument("<pattern>", "the form of a code: each # is a random digit or capital letter, without look-alikes")
    .argument("<count>", "how many codes", wholeNumber)
    .option("--out <file>", "write to a file, which must not exist yet (default: standard output)")
    .option("--offer <id>", "add them to this offer as well; leaves out codes that any offer has")
    .option("--batch <name>", "name of their batch (default: default)")
    .option("--starts-on <day>", "first day of the batch, such as 2026-11-01")
    .option("--ends-on <day>", "last day of the batch")
    .option("--open-ended", "allow codes without days in an offer with a custom period; they never expire")
    .action(generate);
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a whole number.");
}

async function generate(pattern: string, count: number, options: GenerateOptions): Promise<void> {
  const { offer: offerId, out } = options;
  const connection = offerId === undefined ? null : await openStore(options.redis, options.prefix);
  try {
    const store = connection?.store;
    const known = store === undefined || offerId === undefined ? {} : { store, offerId };
    const made = await generateCodes(pattern, count, known);
    // Opening the batch first refuses days that do not fit before a file exists.
    if (store !== undefined && offerId !== undefined) await importCodes(store, offerId, [], batchOf(options));
    await write(made.codes, out);
    if (store !== undefined && offerId !== undefined) await importCodes(store, offerId, made.codes, batchOf(options));
    report(made, options);
  } finally {
    await connection?.close();
  }
}

function batchOf({ batch, startsOn, endsOn, openEnded }: GenerateOptions) {
  return {
    ...(batch !== undefined && { batch }),
    ...(startsOn !== undefined && { startsOn }),
    ...(endsOn !== undefined && { endsOn }),
    ...(openEnded && { openEnded }),
  };
}

async function write(codes: readonly string[], out: string | undefined): Promise<void> {
  const text = linesOf(codes);
  if (out === undefined) return print(text);
  const file = await newFile(out);
  try {
    await file.write(text);
  } finally {
    await file.close();
  }
}

async function* linesOf(codes: readonly string[]): AsyncGenerator<string> {
  yield "code\n";
  for (let at = 0; at < codes.length; at += 1000) yield `${codes.slice(at, at + 1000).join("\n")}\n`;
}

/** Where the codes are on standard output, the report goes to standard error. */
function report(
  { codes, combinations, odds }: GeneratedCodes,
  { out, offer, batch = "default", json }: GenerateOptions,
) {
  const stream = out === undefined ? process.stderr : process.stdout;
  const data = { codes: codes.length, combinations, odds, out: out ?? null, offer: offer ?? null };
  const places = [out, offer === undefined ? undefined : `batch ${batch} of ${offer}`].filter(Boolean).join(" and ");
  const made = `${numberText(codes.length)} codes${places === "" ? "" : ` -> ${places}`}`;
  const guess = `One guess in ${numberText(odds)} hits one of them.`;
  stream.write(json ? `${JSON.stringify(data)}\n` : `${made}\n${guess}\n`);
}
