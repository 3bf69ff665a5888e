import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const TOKEN = /^[\w-]{32}$/;

/**
 * The token without which the server says nothing. It is kept for this user of the machine, so that a page that is open goes on
 * when the command is started again. Where it cannot be kept, each run has one of its own.
 */
export function previewToken(): string {
  const folder = join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "offer-code");
  const file = join(folder, "preview-token");
  const kept = keptToken(file);
  if (kept !== undefined) return kept;
  const token = randomBytes(24).toString("base64url");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, token, { mode: 0o600 });
  } catch {
    // A home that cannot be written to.
  }
  return token;
}

function keptToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, "utf8");
    return TOKEN.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
