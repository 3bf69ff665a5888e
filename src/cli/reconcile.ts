import type { Command } from "commander";
import type { Reconciliation } from "../store/redis/redis-store.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { many } from "./offer-text.js";
import { fieldsText, numberText } from "./table.js";

/** `offer-code reconcile OFFER` */
export function reconcileCommand(): Command {
  return storeCommand("reconcile", "check an offer's stored data for contradictions; changes nothing", [
    "reconcile welcome10",
  ])
    .argument("<offer>", "id of the offer, which should be at rest")
    .action(
      answers(async ({ store, args }): Promise<Answer> => {
        const found = await store.reconcile(args[0] as string);
        return { text: foundText(found), data: found, exitCode: found.faults === 0 ? EXIT.done : EXIT.no };
      }),
    );
}

function foundText({ codes, inPool, givenOut, redeemed, subscribers, faults, findings }: Reconciliation): string {
  const counts = fieldsText([
    ["codes", codes],
    ["in the pool", inPool],
    ["given out", givenOut],
    ["redeemed", redeemed],
    ["subscribers", subscribers],
  ]);
  if (faults === 0) return `${counts}\nEverything agrees.`;
  const lines = findings.map(({ fault, detail }) => `  ${fault}: ${detail}`);
  const more = faults - findings.length;
  return [counts, `${many(faults, "fault")}:`, ...lines, ...(more > 0 ? [`  and ${numberText(more)} more`] : [])].join(
    "\n",
  );
}
