// Every `if` of the Lua scripts, and the two ways to break it: it never holds, it always holds.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["src/store/redis", "src/store/redis/scripts"];
const GUARD = /^(?!\s*(?:\*|\/\/|--))(.*?)\b(if|elseif) (.+?) then\b/;

/** One broken guard: `file`, `line` from 1, its `condition`, and what stands there `instead`. */
export function luaMutants() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => mutantsOf(join(folder, name))),
  );
}

function mutantsOf(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((text, at) => {
    const guard = GUARD.exec(text);
    if (guard === null) return [];
    return ["false", "true"].map((instead) => ({ file, line: at + 1, condition: guard[3], instead }));
  });
}

/** The file's text with the guard broken. */
export function mutate(text, { line, condition, instead }) {
  const lines = text.split("\n");
  const place = line - 1;
  lines[place] = lines[place].replace(` ${condition} then`, () => ` ${instead} then`);
  return lines.join("\n");
}
