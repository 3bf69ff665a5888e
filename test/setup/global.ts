import { redisProgram, superviseRedisServers } from "./redis-server.js";
import { chromium, findPackage, installPackage, redis } from "./system-package.js";

/** Before the first test: a Redis server and a browser have to be on this machine. After the last: none of ours is left running. */
export default function setup(): () => void {
  for (const wanted of [redis, chromium]) if (findPackage(wanted) === undefined) installPackage(wanted);
  redisProgram();
  return superviseRedisServers();
}
