import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { newFile } from "./output.js";

/** `offer-code init [folder]` */
export function initCommand(): Command {
  return new Command("init")
    .description("write a small preview folder that works: an offer, two subscribers and two templates")
    .argument("[folder]", "where to write it; no file there is overwritten", ".")
    .addHelpText("after", "\nExample:\n  $ offer-code init mails")
    .action(init);
}

async function init(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(FILES)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const file = await newFile(path);
    await file.write(piecesOf(text));
    await file.close();
  }
  const where = /\s/.test(folder) ? JSON.stringify(folder) : folder;
  console.log(
    `Wrote ${Object.keys(FILES).join(", ")}.\n\n  offer-code preview ${where} --open\n  offer-code check ${where}`,
  );
}

async function* piecesOf(text: string): AsyncGenerator<string> {
  yield text;
}

const DEFINITION = {
  name: "My shop",
  offers: [
    {
      id: "welcome10",
      name: "10% off",
      window: { type: "time-to-live", amount: 90, unit: "day" },
      codes: [{ file: "codes/welcome10.csv", batch: "first" }],
    },
  ],
  subscribers: [
    { id: "sub_ann", name: "Ann", about: "new", data: { firstName: "Ann" }, signedUpWith: "welcome10" },
    {
      id: "sub_ben",
      name: "Ben",
      about: "has a code since January",
      data: { firstName: "Ben" },
      signedUpWith: "welcome10",
      received: [{ offer: "welcome10", code: "WELCOME-B7K2", on: "2026-01-15" }],
    },
  ],
  templates: [
    {
      id: "welcome-email",
      channel: "email",
      file: "templates/welcome.hbs",
      subject: "{{firstName}}, your {{offer.name}}",
      offer: "welcome10",
      types: ["campaign", "journey"],
    },
    { id: "welcome-sms", channel: "sms", file: "templates/welcome.liquid", offer: "welcome10", types: ["campaign"] },
  ],
};

const FILES: Readonly<Record<string, string>> = {
  "preview.json": `${JSON.stringify(DEFINITION, null, 2)}\n`,
  "codes/welcome10.csv": "code\nWELCOME-A1X9\nWELCOME-B7K2\nWELCOME-C4M6\nWELCOME-D8P3\nWELCOME-E2R5\n",
  "templates/welcome.hbs":
    "<!doctype html>\n<p>Hi {{firstName}},</p>\n<p>{{offer.name}} with <b>{{offer.code}}</b>, until {{offer.lastDay}}.</p>\n",
  "templates/welcome.liquid": "My shop: {{ firstName }}, {{ offer.name }} with {{ offer.code }}. Reply STOP to end.\n",
};
