import { spawn } from "node:child_process";

const OPENERS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the browser of this person: in that which the variable `BROWSER` names, or in the system's own. */
export function openInBrowser(address: string): void {
  const { BROWSER } = process.env;
  const [program = "", ...args] = BROWSER ? [BROWSER] : (OPENERS[process.platform] ?? ["xdg-open"]);
  spawn(program, [...args, address], { stdio: "ignore", detached: true })
    .on("error", () => process.stderr.write(`offer-code: warning: ${program} cannot open the address\n`))
    .unref();
}
