import type { Command } from "commander";
import { InvalidInputError } from "../domain/errors.js";
import { isCode } from "../domain/identifier.js";
import type { UnixMs } from "../domain/units.js";
import { type RedeemFileReport, redeemFile } from "../redemption/redeem-file.js";
import type { OfferStore, Redemption } from "../store/store.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { AT_HELP, instantAt } from "./instant.js";
import { type LayoutFlags, layoutOptions, withLayoutOptions } from "./layout-options.js";
import { createProgress } from "./progress.js";
import { fieldsText, numberText, timeText } from "./table.js";

type RedeemOptions = LayoutFlags & { file?: string; at?: string };

const SHOWN = 20;

/** `offer-code redeem CODE`, `offer-code redeem --file FILE` */
export function redeemCommand(): Command {
  const command = storeCommand("redeem", "mark codes as redeemed; doing it twice changes nothing", [
    "redeem A7K2",
    "redeem --file redeemed.csv",
  ])
    .argument("[code]", "the code, in any letter case")
    .option("--file <file>", "CSV, plain or gzip (- for standard input): columns code, redeemed_at");
  return withLayoutOptions(command)
    .option("--at <when>", AT_HELP.replace("the offer's time zone", "UTC"))
    .action(answers<RedeemOptions>(redeem));
}

async function redeem({ store, args, options }: CommandContext<RedeemOptions>): Promise<Answer> {
  const code = args[0];
  const at = options.at === undefined ? Date.now() : instantAt(options.at, "UTC");
  if ((code === undefined) === (options.file === undefined)) {
    throw new InvalidInputError("redeem: give either a code or --file FILE");
  }
  return code === undefined ? redeemAll(store, options, at) : redeemOne(store, code, at);
}

async function redeemOne(store: OfferStore, code: string, at: UnixMs): Promise<Answer> {
  const redemption: Redemption = isCode(code) ? await store.redeem(code, at) : { status: "unknown-code" };
  if (redemption.status === "unknown-code") {
    return { text: `No offer has the code ${code}.`, data: redemption, exitCode: EXIT.no };
  }
  const { offerId, subscriberId, redeemedAt, status } = redemption;
  const timeZone = (await store.loadOffer(offerId))?.offer.timeZone ?? "UTC";
  const holder = subscriberId === null ? "held by nobody" : `held by ${subscriberId}`;
  const when = `${timeText(redeemedAt, timeZone)} (${timeZone})`;
  const what = status === "redeemed" ? `redeemed ${when}` : `was redeemed already, ${when}`;
  return { text: `${redemption.code} of ${offerId}, ${holder}: ${what}.`, data: redemption };
}

async function redeemAll(store: OfferStore, options: RedeemOptions, at: UnixMs): Promise<Answer> {
  const progress = createProgress();
  try {
    const onProgress = (lines: number, part: number | null) => progress.showRead("Redeeming", lines, part);
    const report = await redeemFile(store, options.file as string, { ...layoutOptions(options), at, onProgress });
    progress.end();
    const exitCode = report.unknown + report.refused > 0 ? EXIT.no : EXIT.done;
    return { text: reportText(report), data: report, exitCode };
  } finally {
    progress.end();
  }
}

function reportText({
  redeemed,
  alreadyRedeemed,
  notRedeemed,
  unknown,
  unknownAt,
  refused,
  refusedAt,
}: RedeemFileReport): string {
  const counts = fieldsText([
    ["redeemed", redeemed],
    ["redeemed before", alreadyRedeemed],
    ...(notRedeemed > 0 ? [["not redeemed, left alone", notRedeemed] as [string, number]] : []),
    ["unknown", unknown],
    ["refused", refused],
  ]);
  const lines = [
    ...unknownAt.map(({ line, code }) => ({ line, text: `unknown: ${code}` })),
    ...refusedAt.map(({ line, value, why }) => ({ line, text: `${why}: ${JSON.stringify(value)}` })),
  ].sort((a, b) => a.line - b.line);
  const shown = lines.slice(0, SHOWN).map(({ line, text }) => `  line ${line}: ${text}`);
  const more = unknown + refused - shown.length;
  return [counts, ...shown, ...(more > 0 ? [`  and ${numberText(more)} more`] : [])].join("\n");
}
