/** Returns the paths of a Redis 8 and a Valkey 8.1 server, fetched into `folder` unless they are there already. */
export function debianServers(folder: string): string[];
