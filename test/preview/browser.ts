// A preview as its user has it: the command in a process of its own, and a browser that opens what it printed.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CHECKOUT } from "../setup/documentation.js";
import { findPackage, chromium as program } from "../setup/system-package.js";

export const COMMAND = join(CHECKOUT, "dist/src/cli/main.js");
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type Preview = {
  readonly folder: string;
  readonly address: string;
  readonly origin: string;
  readonly token: string;
  /** What the command has printed so far. */
  printed(): string;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Ends the command; the folder stays. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

/** A copy of the example folder that a test may change. */
export function copyOfExample(): string {
  const folder = mkdtempSync(join(tmpdir(), "offer-code-preview-"));
  cpSync(join(CHECKOUT, "examples/preview"), folder, { recursive: true });
  return folder;
}

/** Runs `offer-code preview` on a copy of the example, or on the folder given. */
export async function startPreview(
  args: readonly string[] = [],
  folder = copyOfExample(),
  env: NodeJS.ProcessEnv = { ...process.env, XDG_STATE_HOME: folder },
): Promise<Preview> {
  if (!existsSync(COMMAND)) throw new Error("The package must be built first: npm run build");
  const child = spawn(process.execPath, [COMMAND, "preview", folder, "--port", "0", ...args], { cwd: CHECKOUT, env });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  const address = await printedAddress(child, () => printed);
  const { origin, searchParams } = new URL(address);
  return {
    folder,
    address,
    origin,
    token: searchParams.get("token") as string,
    printed: () => printed,
    read: (file) => readFileSync(join(folder, file), "utf8"),
    write: (file, text) => writeFileSync(join(folder, file), text),
    stop: () => ended(child),
    async close() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findPackage(program);
  if (executablePath === undefined) throw new Error("There is no Chromium");
  return chromium.launch({ executablePath, args: [...QUIET, ...args] });
}

/** Opens the page at a state and waits until it shows a message. */
export async function openPage(
  browser: Browser,
  preview: Preview,
  hash = "",
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  await page.goto(preview.address + hash);
  await Promise.all([page.locator(".verdict .code").waitFor(), page.locator(".matrix tbody").waitFor()]);
  return page;
}

/** The text of a cell of the matrix. */
export function cell(page: Page, subscriber: string, type: string) {
  const row = page.locator(".matrix tbody tr", { has: page.getByRole("rowheader", { name: subscriber }) });
  return row.locator("td button", { hasText: type });
}

/** Stands for the rest of the world: notes what it is asked, by whoever connects to it. A connection alone is noted as well. */
export async function startElsewhere(): Promise<Elsewhere> {
  const visits: string[] = [];
  const server: Server = createServer((socket) => {
    const place = visits.push("a connection") - 1;
    socket
      .on("error", () => {})
      // The first line says who is asked for what; a body may follow in a piece of its own.
      .once("data", (data) => {
        visits[place] = data.toString("latin1").split("\r\n", 1)[0] as string;
        socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { port, visits, close: () => void server.close() };
}

export type Elsewhere = { readonly port: number; readonly visits: readonly string[]; close(): void };

function printedAddress(child: ChildProcess, printed: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const address = /http:\/\/\S+/.exec(printed())?.[0];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on("data", look);
    child.once("exit", (code) => reject(new Error(`the preview ended with ${code}: ${printed()}`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}
