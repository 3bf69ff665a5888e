import type { Command } from "commander";
import { InvalidInputError } from "../domain/errors.js";
import { isCode } from "../domain/identifier.js";
import { type RevokeFileReport, revokeFile } from "../operations/revoke-file.js";
import type { OfferStore, Restoration, Revocation } from "../store/store.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { type LayoutFlags, layoutOptions, withLayoutOptions } from "./layout-options.js";
import { fieldsText, numberText } from "./table.js";

type RevokeOptions = LayoutFlags & { file?: string; restore?: true };

const SHOWN = 20;

/** `offer-code revoke CODE`, `offer-code revoke --file FILE` */
export function revokeCommand(): Command {
  const command = storeCommand(
    "revoke",
    "withdraw a leaked code: it is never given out or shown again, and its holder gets a new one",
    ["revoke A7K2", "revoke --file leaked.csv", "revoke A7K2 --restore"],
  )
    .argument("[code]", "the code, in any letter case")
    .option("--file <file>", "CSV, plain or gzip (- for standard input): a column code")
    .option("--restore", "undo the revocation of codes that nobody has received");
  return withLayoutOptions(command).action(answers<RevokeOptions>(revoke));
}

async function revoke({ store, args, options }: CommandContext<RevokeOptions>): Promise<Answer> {
  const code = args[0];
  if ((code === undefined) === (options.file === undefined)) {
    throw new InvalidInputError("revoke: give either a code or --file FILE");
  }
  if (code !== undefined) return revokeOne(store, code, options.restore ?? false);
  const restore = options.restore ?? false;
  const report = await revokeFile(store, options.file as string, { ...layoutOptions(options), restore });
  const isWhole = report.refused === 0 && !report.statuses["unknown-code"] && !report.statuses["given-out"];
  return { text: reportText(report), data: report, exitCode: isWhole ? EXIT.done : EXIT.no };
}

async function revokeOne(store: OfferStore, code: string, restore: boolean): Promise<Answer> {
  const act = (known: string): Promise<Revocation | Restoration> =>
    restore ? store.restore(known) : store.revoke(known);
  const result: Revocation | Restoration = isCode(code) ? await act(code) : { status: "unknown-code" };
  const isDone = result.status !== "unknown-code" && result.status !== "given-out";
  return { text: resultText(code, result), data: result, exitCode: isDone ? EXIT.done : EXIT.no };
}

function resultText(asked: string, result: Revocation | Restoration): string {
  if (result.status === "unknown-code") return `No offer has the code ${asked}.`;
  const what = `${result.code} of ${result.offerId}`;
  if (result.status === "restored") return `${what}: restored, it is handed out again.`;
  if (result.status === "not-revoked") return `${what}: it was not revoked.`;
  if (result.status === "given-out") return `${what}: a subscriber was given it, so it stays revoked.`;
  if (!("subscriberId" in result)) return what;
  const held = result.subscriberId === null ? "held by nobody" : `held by ${result.subscriberId}, who gets a new one`;
  return result.status === "revoked" ? `${what}, ${held}: revoked.` : `${what}, ${held}: was revoked already.`;
}

const WORDS: [keyof RevokeFileReport["statuses"], string][] = [
  ["revoked", "revoked"],
  ["already-revoked", "revoked before"],
  ["restored", "restored"],
  ["not-revoked", "not revoked"],
  ["given-out", "given out, so revoked still"],
  ["unknown-code", "unknown"],
];

function reportText({ statuses, unknownAt, refused, refusedAt }: RevokeFileReport): string {
  const counts = WORDS.flatMap(([status, text]): [string, number][] => {
    const many = statuses[status];
    return many === undefined ? [] : [[text, many]];
  });
  const lines = [
    ...unknownAt.map(({ line, code }) => ({ line, text: `unknown: ${code}` })),
    ...refusedAt.map(({ line, value, why }) => ({ line, text: `${why}: ${JSON.stringify(value)}` })),
  ].sort((one, other) => one.line - other.line);
  const shown = lines.slice(0, SHOWN).map(({ line, text }) => `  line ${line}: ${text}`);
  const more = (statuses["unknown-code"] ?? 0) + refused - shown.length;
  return [
    fieldsText([...counts, ["refused", refused]]),
    ...shown,
    ...(more > 0 ? [`  and ${numberText(more)} more`] : []),
  ].join("\n");
}
