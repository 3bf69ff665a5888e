import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Handlebars from "handlebars";
import { Liquid } from "liquidjs";
import { createResolver, type Message, type Resolver } from "offer-code";
import { registerOfferHelpers } from "offer-code/handlebars";
import { registerOfferFilters } from "offer-code/liquid";
import { redisStore } from "offer-code/redis";
import { expect, test } from "vitest";
import { startRedis } from "../setup/redis.js";
import { client, figures, fill, messageOf, size } from "./test-store.js";

const RENDERS = size(50_000, 1_000_000);
const SUBSCRIBERS = 5_000;
const AT_ONCE = 500;
/** How much larger the heap may be at the end than after the first fifth: one byte leaked per render would be a megabyte. */
const GROWTH = 8 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

type Render = (data: object, message: Message) => Promise<string>;
const TEXT = "Hi {{ name }}, your code is {{ offer.code }}. {{#if offer.isNew}}New!{{/if}}";
const engines: [name: string, (resolver: Resolver) => Render][] = [
  ["Handlebars", (resolver) => registerOfferHelpers(Handlebars.create(), resolver).compile(TEXT)],
  [
    "Liquid",
    (resolver) =>
      registerOfferFilters(new Liquid(), resolver).compile(
        "Hi {{ name }}, your code is {{ offer.code }}. {% if offer.isNew %}New!{% endif %}",
      ),
  ],
];

test.each(
  engines,
)("%s: the heap stays flat over as many renders of one template as a campaign has", async (name, make) => {
  const store = redisStore(client((await startRedis()).url), { timeout: 20_000, onWarning: () => {} });
  await fill(store, SUBSCRIBERS);
  const resolver = createResolver({ store, cache: { max: 1_000 } });
  const render = make(resolver);
  let settled = 0;
  for (let n = 0; n < RENDERS; n += AT_ONCE) {
    const texts = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, at) => {
        const subscriber = `s${(n + at) % SUBSCRIBERS}`;
        return render({ name: subscriber }, messageOf(`m${n + at}`, subscriber));
      }),
    );
    expect(texts.every((text, at) => text.startsWith(`Hi s${(n + at) % SUBSCRIBERS}, your code is welcome-`))).toBe(
      true,
    );
    if (n + AT_ONCE === RENDERS / 5) settled = heap();
  }
  const growth = heap() - settled;
  figures(`soak, ${name}`, { renders: RENDERS, "bytes of heap more": growth });
  expect(growth).toBeLessThan(GROWTH);
  expect((await store.counts("welcome"))?.[0]).toMatchObject({ givenOut: SUBSCRIBERS });
  await resolver.close();
});
