import type { Command } from "commander";
import { exportCodes, exportCodesCsv } from "../operations/export-codes.js";
import { type RollbackReport, rollback } from "../operations/rollback.js";
import type { OfferStore } from "../store/store.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { many } from "./offer-text.js";
import { newFile } from "./output.js";
import { tableText } from "./table.js";

type RollbackOptions = { out?: string; dryRun?: true };

const SHOWN = 20;

/** `offer-code rollback OFFER BATCH` */
export function rollbackCommand(): Command {
  return storeCommand("rollback", "take back the codes of a batch that nobody has, and list those given out", [
    "rollback welcome10 2026-11 --dry-run",
    "rollback welcome10 2026-11 --out given-out.csv",
  ])
    .argument("<offer>", "id of the offer")
    .argument("<batch>", "name of the batch")
    .option("--out <file>", "write the codes given out to a CSV file, which must not exist yet")
    .option("--dry-run", "count and change nothing")
    .action(answers<RollbackOptions>(takeBack));
}

async function takeBack({ store, args, options }: CommandContext<RollbackOptions>): Promise<Answer> {
  const [offerId, batch] = args as [string, string];
  const { out, dryRun = false } = options;
  await rollback(store, offerId, batch, { dryRun: true });
  const file = out === undefined ? null : await newFile(out);
  try {
    const report = await rollback(store, offerId, batch, { dryRun });
    await file?.write(exportCodesCsv(store, offerId, { batch }));
    const listed = file === null ? await firstHeld(store, offerId, batch) : "";
    return {
      text: [reportText(report, out), listed].filter(Boolean).join("\n"),
      data: { ...report, out: out ?? null },
    };
  } finally {
    await file?.close();
  }
}
function reportText({ batch, offerId, dryRun, withdrawn, givenOut, redeemed }: RollbackReport, out?: string): string {
  const does = dryRun ? "would be taken back (dry run, nothing is changed)" : "taken back";
  const title = `Batch ${batch} of ${offerId}: ${many(withdrawn, "code")} ${does}.`;
  if (givenOut === 0) return `${title} None was given out.`;
  const stay = `${many(givenOut, "code")} given out, ${redeemed.toLocaleString("en-US")} of them redeemed: these stay valid.`;
  return `${title}\n${stay}${out === undefined ? "" : ` Listed in ${out}.`}`;
}

async function firstHeld(store: OfferStore, offerId: string, batch: string): Promise<string> {
  const rows: string[][] = [];
  let hidden = 0;
  for await (const chunk of exportCodes(store, offerId, { batch })) {
    const shown = chunk.slice(0, Math.max(0, SHOWN - rows.length));
    rows.push(
      ...shown.map(({ code, subscriber_id, issued_at, redeemed_at }) => [
        code,
        subscriber_id,
        issued_at,
        redeemed_at || "-",
      ]),
    );
    hidden += chunk.length - shown.length;
    if (hidden > 0) break;
  }
  if (rows.length === 0) return "";
  const table = tableText(["CODE", "SUBSCRIBER", "GIVEN OUT", "REDEEMED"], rows);
  return hidden > 0 ? `${table}\nThere are more: --out FILE.csv writes all of them.` : table;
}
