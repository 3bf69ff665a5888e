import { finished } from "node:stream/promises";
import { SAXParser } from "parse5-sax-parser";
import type { Link } from "../api.js";

/**
 * What there is to know of a rendered email, found in one pass over its HTML.
 *
 * - `plain`: its text, roughly, never shown as HTML.
 * - `inert`: the same HTML with nothing left that opens a connection, see `withoutConnections`.
 * - `links`: in their order. `remoteImages`: it loads pictures, or styles with pictures, from elsewhere.
 */
export type Inspection = { plain: string; inert: string; links: Link[]; remoteImages: boolean };

type Attributes = Record<string, string>;

const HIDDEN = new Set(["head", "style", "script", "title", "template"]);
const BREAKS = new Set(["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "li", "br"]);
const PICTURES = ["src", "poster", "background"];
const REMOTE = /^\s*(?:https?:)?\/\//i;
const REMOTE_STYLE = /url\(\s*(?:["']\s*)?(?:https?:)?\/\//i;

/** Reads an email's HTML in time proportional to its length, whatever it says. */
export async function inspectHtml(html: string): Promise<Inspection> {
  const links: Link[] = [];
  const plain: string[] = [];
  const inert: string[] = [];
  const hidden: string[] = [];
  let link: Link | undefined;
  let remoteImages = false;
  let copied = 0;

  const parser = new SAXParser({ sourceCodeLocationInfo: true });
  parser.on("startTag", ({ tagName, attrs, selfClosing, sourceCodeLocation }) => {
    const attributes = Object.fromEntries(
      attrs.map(({ prefix, name, value }) => [prefix ? `${prefix}:${name}` : name, value]),
    );
    remoteImages ||= asksForPicture(tagName, attributes);
    if (HIDDEN.has(tagName) && !selfClosing) hidden.push(tagName);
    if (BREAKS.has(tagName)) plain.push("\n");
    const address = addressOf(tagName, attributes);
    if (address === undefined || !sourceCodeLocation) return;
    const found = { address, text: attributes.alt ?? "" };
    links.push(found);
    if (tagName === "a") link = found;
    inert.push(
      html.slice(copied, sourceCodeLocation.startOffset),
      tagText(tagName, inertLink(attributes, address), selfClosing),
    );
    copied = sourceCodeLocation.endOffset;
  });
  parser.on("text", ({ text }) => {
    if (hidden.at(-1) === "style") remoteImages ||= REMOTE_STYLE.test(text);
    if (hidden.length > 0) return;
    plain.push(text);
    if (link !== undefined) link.text += text;
  });
  parser.on("endTag", ({ tagName }) => {
    if (tagName === "a") link = undefined;
    if (BREAKS.has(tagName)) plain.push("\n");
    if (hidden.at(-1) === tagName) hidden.pop();
  });
  parser.end(html);
  await finished(parser, { readable: false });

  inert.push(html.slice(copied));
  const named = links.map(({ address, text }) => ({ address, text: text.trim().replace(/\s+/g, " ") }));
  return { plain: plain.join(""), inert: withoutConnections(inert.join("")), links: named, remoteImages };
}

/**
 * A content security policy keeps a browser from loading, not from connecting: Chromium opens a connection for
 * `<link rel="preconnect">` and for an inner frame that is then refused. Under other names these are nothing.
 */
function withoutConnections(html: string): string {
  return html
    .replace(/<(?=\/?(?:link|base|i?frame|frameset|object|embed|portal|fencedframe)\b)/gi, "<x-")
    .replace(/\btarget(?=\s*=)/gi, "x-target");
}

function addressOf(name: string, attributes: Attributes): string | undefined {
  return name === "a" || name === "area" ? (attributes.href ?? attributes["xlink:href"]) : undefined;
}

/** A link that leads nowhere, with any key and any button: hovering shows the address. */
function inertLink(attributes: Attributes, address: string): Attributes {
  const { href: _, "xlink:href": __, ping: ___, ...others } = attributes;
  return { title: address, ...others, "data-address": address };
}

function asksForPicture(name: string, attributes: Attributes): boolean {
  const { srcset = "", style = "" } = attributes;
  const picture = name === "image" ? (attributes.href ?? attributes["xlink:href"] ?? "") : "";
  return (
    REMOTE.test(picture) ||
    PICTURES.some((attribute) => REMOTE.test(attributes[attribute] ?? "")) ||
    srcset.split(",").some((each) => REMOTE.test(each)) ||
    REMOTE_STYLE.test(style)
  );
}

function tagText(name: string, attributes: Attributes, isClosed: boolean): string {
  const texts = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${quoted(value)}"`);
  return `<${name}${texts.join("")}${isClosed ? "/" : ""}>`;
}

function quoted(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
