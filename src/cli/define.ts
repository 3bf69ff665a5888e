import type { Command } from "commander";
import { readJsonFile } from "../intake/json-file.js";
import { type DefinedOffer, defineOffers, type FieldChange } from "../operations/define.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { many } from "./offer-text.js";

/** `offer-code define FILE` */
export function defineCommand(): Command {
  return storeCommand("define", "create or change offers, and show what changes", [
    "define offers.json --dry-run",
    "define offers.json",
  ])
    .argument("<file>", "a JSON file with one offer or a list of them (- for standard input)")
    .option("--dry-run", "show what would change and change nothing")
    .action(answers<{ dryRun?: true }>(define));
}

async function define({ store, args, options }: CommandContext<{ dryRun?: true }>): Promise<Answer> {
  const dryRun = options.dryRun ?? false;
  const defined = await defineOffers(store, await readJsonFile(args[0] as string), { dryRun });
  return { text: definedText(defined, dryRun), data: { dryRun, offers: defined } };
}

function definedText(defined: readonly DefinedOffer[], dryRun: boolean): string {
  const count = (status: DefinedOffer["status"]) => defined.filter((each) => each.status === status).length;
  const lines = defined.flatMap(({ status, offer, changes }) => [
    `${status.padEnd(9)}  ${offer.id}`,
    ...changes.map(changeText),
  ]);
  const total = `${many(count("created"), "offer")} created, ${count("changed")} changed, ${count("unchanged")} unchanged`;
  return [...lines, dryRun ? `Dry run, nothing is saved: ${total}` : total].join("\n");
}

function changeText({ field, from, to }: FieldChange): string {
  return `           ${field}: ${valueText(from)} -> ${valueText(to)}`;
}

function valueText(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
