import { redisProgram, superviseRedisServers } from "./redis-server.js";
import { chromium, findPackage, installPackage, redis } from "./system-package.js";

/** Before the first test, makes sure that a Redis server and a browser are installed. After the last, ends the servers that are left. */
export default function setup(): () => void {
  for (const wanted of [redis, chromium]) if (findPackage(wanted) === undefined) installPackage(wanted);
  redisProgram();
  return superviseRedisServers();
}
