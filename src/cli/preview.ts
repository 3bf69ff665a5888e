import { Command } from "commander";
import { readFolder } from "../preview/folder.js";
import { type PreviewOptions, type PreviewServer, startPreview } from "../preview/index.js";
import { openInBrowser } from "./browser.js";
import { type LiveOptions, liveOptions, liveStore, requireEngines, wholeNumber } from "./preview-folder.js";

/** `offer-code preview [folder]` */
export function previewCommand(): Command {
  const command = new Command("preview")
    .description("show what sample subscribers would get, on a page of this machine; takes no code")
    .argument("[folder]", "a folder with a preview.json", ".")
    .option("--port <port>", "port on 127.0.0.1; 0 takes a free one", wholeNumber(0, 65_535), 4173)
    .option("--open", "open the page in the browser");
  for (const option of liveOptions()) command.addOption(option);
  return command.action(preview);
}

async function preview(folder: string, options: LiveOptions & { port: number; open?: true }): Promise<void> {
  await requireEngines(await readFolder(folder));
  const live = await liveStore(options);
  const server = await startAtPort(folder, { port: options.port, store: live?.store });
  console.log(
    `Preview of ${folder}${live === undefined ? "" : " over a live store, read only"}:\n\n  ${server.address}\n`,
  );
  console.log("The address works on this machine only, until Ctrl+C.");
  if (options.open) openInBrowser(server.address);
  const stop = () => {
    live?.close();
    void server.close();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
}

/** If the usual port is taken, by another preview for example, any free port will do. */
async function startAtPort(folder: string, options: PreviewOptions): Promise<PreviewServer> {
  try {
    return await startPreview(folder, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return startPreview(folder, { ...options, port: 0 });
  }
}
