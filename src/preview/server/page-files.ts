import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../../page/", import.meta.url));

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export type PageFile = { type: string; body: string };

/**
 * The built page, by address. It is read once, and a request only picks from it: no address ever becomes a path.
 */
export function readPage(): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(PAGE, "index.html"))) throw new Error("The preview page is not built: npm run build");
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(PAGE, { recursive: true, encoding: "utf8" })) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const address = `/${name.replaceAll("\\", "/")}`;
    files.set(address === "/index.html" ? "/" : address, { type, body: readFileSync(join(PAGE, name), "utf8") });
  }
  return files;
}

/** What the page may do: its own scripts and styles, its own server, its own frames, and nothing else. */
export function pageHeaders(type: string, nonce: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "connect-src 'self'",
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
  };
}
