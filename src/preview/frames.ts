import { createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";

/** Characters of rendered emails that are kept, for all pages that are open. */
const MOST_CHARACTERS = 100_000_000;

export type Scheme = "light" | "dark" | "forced";
type Frame = { html: string; images: boolean };

/**
 * Rendered emails, each under an address that nobody can guess; the same email has the same address. A frame gets a page of its own because it must not have the rights of
 * the page around it: no scripts, no origin, no forms, no way out, and remote images only if turned on.
 */
export class Frames {
  readonly #secret = randomBytes(32);
  readonly #frames = new LRUCache<string, Frame>({
    maxSize: MOST_CHARACTERS,
    sizeCalculation: ({ html }) => html.length + 1,
  });

  /** The addresses of one email in three colour schemes. `html`: inert, see `inspectHtml`. */
  add(html: string, images: boolean): Record<Scheme, string> {
    const address = (scheme: Scheme) => {
      const frame = { html: inScheme(html, scheme), images };
      const key = createHmac("sha256", this.#secret).update(`${images} ${frame.html}`).digest("hex").slice(0, 32);
      this.#frames.set(key, frame);
      return `/frame/${key}`;
    };
    return { light: address("light"), dark: address("dark"), forced: address("forced") };
  }

  get(key: string): Frame | undefined {
    return this.#frames.get(key);
  }
}

/** What a frame may do: show text, styles and pictures. `origin`: the page that may show it. */
export function frameHeaders(images: boolean, origin: string): Record<string, string> {
  const pictures = images ? "data: https: http:" : "data:";
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": [
      "default-src 'none'",
      `img-src ${pictures}`,
      "style-src 'unsafe-inline'",
      "font-src data:",
      "form-action 'none'",
      "base-uri 'none'",
      `frame-ancestors ${origin}`,
      "sandbox",
    ].join("; "),
    "x-dns-prefetch-control": "off",
  };
}

/**
 * The email as a reader with this colour scheme would see it. `dark`: its own dark styles apply. `forced`: what mail programs do that
 * darken by themselves, roughly: light turns dark, pictures stay.
 */
function inScheme(html: string, scheme: Scheme): string {
  const dark = scheme === "dark" ? "(min-width: 0px)" : "(max-width: 0px)";
  const light = scheme === "dark" ? "(max-width: 0px)" : "(min-width: 0px)";
  const own = html
    .replace(/\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi, dark)
    .replace(/\(\s*prefers-color-scheme\s*:\s*light\s*\)/gi, light);
  return `<!doctype html><style>${SCHEMES[scheme]}${LINKS}</style>${own.replace(/^\s*<!doctype[^>]*>/i, "")}`;
}

/** Links have no address any more, and look like links all the same. */
const LINKS = "[data-address]{color:LinkText;text-decoration:underline;cursor:default}";

const SCHEMES: Record<Scheme, string> = {
  light: ":root{color-scheme:light;background:#fff}",
  dark: "@media not print{:root{color-scheme:dark;background:#121212;color:#e8e8e8}}",
  forced:
    ":root{color-scheme:light;background:#fff;filter:invert(.92) hue-rotate(180deg)}" +
    "img,video,picture{filter:invert(1) hue-rotate(180deg)}",
};
