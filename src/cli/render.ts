import { Argument, Command, Option } from "commander";
import { InvalidInputError } from "../domain/errors.js";
import type { MessageType } from "../domain/message.js";
import type { MessageView } from "../preview/api.js";
import { TYPE_NAMES } from "../preview/definition.js";
import { Frames } from "../preview/frames.js";
import { previewMessageView } from "../preview/message-preview.js";
import { createRenderer } from "../preview/render/renderer.js";
import type { Workspace } from "../preview/workspace.js";
import { type LiveOptions, liveOptions, openFolder } from "./preview-folder.js";

type RenderOptions = LiveOptions & { folder: string; subscriber: string; type: MessageType; at?: string; json?: true };

/** `offer-code render TEMPLATE --subscriber S --type T` */
export function renderCommand(): Command {
  const command = new Command("render")
    .description("print one message as a sample subscriber would get it; takes no code")
    .addArgument(new Argument("<template>", "the id or the file of a template in preview.json"))
    .requiredOption("--subscriber <id>", "a sample subscriber of preview.json")
    .addOption(new Option("--type <type>", "type of the message").choices(TYPE_NAMES).default("campaign"))
    .option("--at <when>", "a day or a time, such as 2026-12-24 or 2026-12-24T18:00, in the offer's time zone")
    .option("--folder <folder>", "the folder with the preview.json", ".")
    .option("--json", "print all facts about the message as JSON");
  for (const option of liveOptions()) command.addOption(option);
  return command.action(render);
}

async function render(name: string, options: RenderOptions): Promise<void> {
  const { workspace, close } = await openFolder(options.folder, options);
  const renderer = createRenderer();
  try {
    const question = {
      template: templateId(workspace, name),
      subscriber: options.subscriber,
      type: options.type,
      at: options.at,
    };
    const view = await previewMessageView(workspace, renderer, new Frames(), question);
    const { frames: _frames, ...printed } = view;
    if (options.json) console.log(JSON.stringify(printed, null, 2));
    else print(view);
    if (view.faults.length > 0) process.exitCode = 1;
  } finally {
    await renderer.close();
    close();
  }
}

function templateId({ folder }: Workspace, name: string): string {
  const template = folder.templates.find(({ id, entry }) => id === name || entry.file === name);
  if (template !== undefined) return template.id;
  const known = folder.templates.map(({ id }) => id).join(", ");
  throw new InvalidInputError(`template: expected one of ${known}, but got: ${JSON.stringify(name)}`);
}

function print(view: MessageView): void {
  for (const { file, line, column, message, part } of view.faults) {
    console.error([file ?? part, line, column].filter((each) => each !== null).join(":"), message);
  }
  if (view.parts.subject !== undefined) console.log(`Subject: ${view.parts.subject}\n`);
  if (view.parts.body !== undefined) console.log(view.parts.body.trimEnd());
  if (view.outcome === "not-sent") console.error("This message would not be sent.");
  for (const { answer } of view.why) console.error(`${answer.offerId}: ${answer.sentence}`);
}
