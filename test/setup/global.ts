import { redisProgram, superviseRedisServers } from "./redis-server.js";
import { findPackage, installPackage, redis } from "./system-package.js";

/** Before the first test: a Redis server has to be on this machine. After the last: none of ours is left running. */
export default function setup(): () => void {
  if (findPackage(redis) === undefined) installPackage(redis);
  redisProgram();
  return superviseRedisServers();
}
