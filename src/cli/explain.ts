import { type Command, Option } from "commander";
import { followsSignUpOffer, MESSAGE_TYPES, type MessageType } from "../domain/message.js";
import { type Explanation, explainSubscriber, type HeldCodeFacts } from "../operations/explanation.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { AT_HELP, instantIn } from "./instant.js";
import { tableText, timeText } from "./table.js";

type ExplainOptions = { subscriber: string; offer?: string; type: MessageType; at?: string };

export function typeOption(): Option {
  return new Option("--type <type>", "type of the message").choices(Object.keys(MESSAGE_TYPES)).default("campaign");
}

/** `offer-code explain --subscriber S --offer O` */
export function explainCommand(): Command {
  return storeCommand("explain", "say which code a subscriber gets and why; takes no code", [
    "explain --subscriber sub_1 --offer welcome10",
    "explain --subscriber sub_1 --type auto-response --at 2026-12-24T18:00",
  ])
    .requiredOption("--subscriber <id>", "id of the subscriber")
    .option("--offer <id>", "id of the offer; not needed for messages that show the sign-up offer")
    .addOption(typeOption())
    .option("--at <when>", AT_HELP)
    .action(answers<ExplainOptions>(explain));
}

async function explain({ store, options }: CommandContext<ExplainOptions>): Promise<Answer> {
  const { subscriber: subscriberId, offer: offerId, type } = options;
  const meant = followsSignUpOffer(type) ? ((await store.signUpOffers([subscriberId]))[0] ?? undefined) : offerId;
  const at = await instantIn(store, meant, options.at);
  const explanation = await explainSubscriber(store, {
    subscriberId,
    type,
    at,
    ...(offerId !== undefined && { offerId }),
  });
  return {
    text: explanationText(explanation, subscriberId),
    data: explanation,
    exitCode: explanation.resolution.code === null ? EXIT.no : EXIT.done,
  };
}

function explanationText(
  { sentence, resolution, offer, signUpOfferId, held, wouldChange }: Explanation,
  who: string,
): string {
  const timeZone = offer?.timeZone ?? "UTC";
  const facts = [
    `${who}: ${sentence}`,
    `Reason: ${resolution.reason}. Sign-up offer: ${signUpOfferId ?? "none recorded"}.`,
  ];
  const codes =
    held.length === 0
      ? "Holds no code of this offer."
      : `Codes held, newest first (${timeZone}):\n${tableText(
          HEADING,
          held.map((each) => row(each, timeZone)),
        )}`;
  const changes = wouldChange.map((each) => `- ${each}`).join("\n");
  return [...facts, "", codes, "", "What would change it:", changes].join("\n");
}

const HEADING = ["CODE", "BATCH", "GIVEN OUT", "BY MESSAGE", "REDEEMED", "SENT UNTIL", ""];

function row(
  { code, batch, issuedAt, messageId, redeemedAt, expiresAt, isFirst, isRevoked }: HeldCodeFacts,
  timeZone: string,
): string[] {
  const redeemed = redeemedAt === null ? "no" : timeText(redeemedAt, timeZone);
  const until = isRevoked ? "revoked" : expiresAt === null ? "for ever" : timeText(expiresAt, timeZone);
  return [
    code,
    batch ?? "-",
    timeText(issuedAt, timeZone),
    messageId,
    redeemed,
    until,
    isFirst ? "the first ever" : "",
  ];
}
