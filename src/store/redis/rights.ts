import { InvalidInputError } from "../../domain/errors.js";
import { type RedisClient, send } from "./client.js";
import { PLAIN_COMMANDS } from "./commands.js";
import type { Confirmation } from "./durability.js";
import { scriptCommands } from "./lua.js";

/**
 * Which of these commands the account of this connection may not run.
 *
 * ARGV[n]  a command with a key or a channel, separated by blanks
 *
 * Replies the first words of those that are refused.
 */
const DENIED = `#!lua flags=no-writes
local denied = {}
if not redis.acl_check_cmd then return denied end
-- Newer servers want as many words as the command takes.
local function isAllowed(words)
  for n = 1, 5 do
    local isComplete, answer = pcall(redis.acl_check_cmd, unpack(words))
    if isComplete then return answer end
    words[#words + 1] = "0"
  end
  return true
end
for n = 1, #ARGV do
  local words = {}
  for word in string.gmatch(ARGV[n], "%S+") do words[#words + 1] = word end
  if not isAllowed(words) then denied[#denied + 1] = words[1] end
end
return denied
`;

/**
 * Throws `InvalidInputError` where the account lacks a right: a script that Redis stops in the middle for a missing one has done half.
 *
 * @param names what every key and every channel begins with, as Redis sees them.
 */
export async function checkRights(
  client: RedisClient,
  names: { readonly keys: string; readonly channels: string },
  confirmation: Confirmation | null,
): Promise<void> {
  const denied = await deniedCommands(client, commandLines(names, confirmation));
  if (denied.length === 0) return;
  const rights = [...new Set(denied)].sort().map((command) => `+${command}`);
  throw new InvalidInputError(
    `the Redis account lacks rights for ~${names.keys}:* &${names.channels}:changes &${names.channels}:changes:* : ${rights.join(" ")}`,
  );
}

async function deniedCommands(client: RedisClient, lines: readonly string[]): Promise<string[]> {
  try {
    return (await send(client, "eval", DENIED, 0, ...lines)) as string[];
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("NOPERM")) return ["eval"];
    throw error;
  }
}

function commandLines(
  names: { readonly keys: string; readonly channels: string },
  confirmation: Confirmation | null,
): string[] {
  const channels = [`${names.channels}:changes`, `${names.channels}:changes:process`];
  const keyed = new Set([...scriptCommands, ...PLAIN_COMMANDS].filter((name) => name !== "publish" && name !== "time"));
  return [
    ...[...keyed].map((name) => `${name} ${names.keys}:key`),
    ...channels.flatMap((channel) => [`publish ${channel} text`, `subscribe ${channel}`]),
    ...(scriptCommands.has("time") ? ["time"] : []),
    "evalsha 0 0",
    ...(confirmation === null ? [] : [confirmation.command.toLowerCase()]),
  ];
}
