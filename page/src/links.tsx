import { useState } from "preact/hooks";
import type { Link, MessageView } from "./types.js";

/** Every link of the email. In the email itself links lead nowhere, so that looking at it opens no connection. */
export function Links({ message }: { message: MessageView }) {
  const [copied, setCopied] = useState<string | null>(null);
  if (message.links.length === 0) return <p class="none">This email has no links.</p>;

  async function copy(address: string) {
    await navigator.clipboard.writeText(address);
    setCopied(address);
  }

  return (
    <ol class="links">
      {message.links.map((link, index) => (
        <li key={index}>
          <span>{link.text || "A picture or an area"}</span>
          <code>{link.address || "no address"}</code>
          {problemOf(link) && <b class="fault">{problemOf(link)}</b>}
          <button type="button" onClick={() => void copy(link.address)}>
            {copied === link.address ? "Copied" : "Copy address"}
          </button>
        </li>
      ))}
    </ol>
  );
}

/** What is wrong with an address that a reader would click. */
function problemOf({ address }: Link): string | null {
  const text = decoded(address);
  if (text.trim() === "") return "Has no address";
  if (/\{\{|\}\}|<<|>>|\{%/.test(text.replace(/[\u200b-\u200d\u2060\ufeff]/g, "")))
    return "Holds a placeholder that was not filled in";
  if (/^javascript:/i.test(text.trim())) return "Runs a script, which no mail program allows";
  return null;
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
