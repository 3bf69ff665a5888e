/** Returns the paths of a Redis 8 and a Valkey 8.1 server, fetched into `folder` unless they are there already. */
export function newerServers(folder: string): string[];
/** Returns the path of a Redis 6 server, which is too old. */
export function olderServer(folder: string): string;
/** Where fetched servers are kept. */
export const SERVERS_CACHE: string;
