import { readFile } from "node:fs/promises";
import { createResolver, importCodes } from "offer-code";

const read = (name) => readFile(new URL(name, import.meta.url), "utf8");
const readJson = async (name) => JSON.parse(await read(name));

/** Fills the store with the shop's offers, codes and subscribers, and replays what was sent and redeemed before `now`. */
export async function openShop(store, now) {
  const offers = await readJson("offers.json");
  const subscribers = await readJson("subscribers.json");
  for (const { uploads, ...offer } of offers) {
    await store.saveOffer(offer);
    for (const { file, ...upload } of uploads) {
      const [, ...codes] = (await read(`codes/${file}`)).trim().split("\n");
      await importCodes(store, offer.id, codes, upload);
    }
  }
  for (const { id, signUpOffer } of subscribers) {
    if (signUpOffer !== undefined) await store.recordSignUp(id, signUpOffer);
  }
  await replay(store, await readJson("history.json"));
  return {
    offers,
    subscribers,
    resolver: createResolver({ store, now: () => now }),
    codesLeft: () => codesLeft(store, offers),
  };
}

async function replay(store, history) {
  let clock = 0;
  const codes = new Map();
  const resolver = createResolver({ store, now: () => clock });
  for (const { at, message, redeemCodeOf } of history) {
    clock = Date.parse(at);
    if (message !== undefined) codes.set(message.id, (await resolver.resolve(message)).code);
    else await resolver.redeem(codes.get(redeemCodeOf));
  }
  await resolver.close();
}

async function codesLeft(store, offers) {
  const lines = offers.map(async ({ id }) => {
    const counts = await store.counts(id);
    return counts.map(
      ({ batch, inPool, givenOut }) => `${id} ${batch.id}: ${inPool} in the pool, ${givenOut} given out`,
    );
  });
  return (await Promise.all(lines)).flat().join("\n");
}
