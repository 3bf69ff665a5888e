import { createResolver, type Message, memoryStore, type ResolvedMessage } from "offer-code";
import { describe, expect, test } from "vitest";
import { codeList, left, message, stock } from "../fixtures.js";

async function shop(codes = 3) {
  const store = memoryStore();
  await stock(store, {}, [{ id: "b1", codes: codeList("C", codes) }]);
  return { store, resolver: createResolver({ store }) };
}

const to = (subscriberId: string) => message({ id: `to ${subscriberId}`, subscriberId });

async function codesOf(answers: AsyncIterable<ResolvedMessage>): Promise<string[]> {
  const codes = [];
  for await (const { message, resolution } of answers) codes.push(`${message.subscriberId} ${resolution.code}`);
  return codes;
}

describe("resolveEach", () => {
  test("yields each message of a list or a stream with its answer, in order", async () => {
    const { resolver } = await shop(5000);
    const subscribers = codeList("s", 2500);
    const expected = subscribers.map((id, n) => `${id} C${n}`);
    expect(await codesOf(resolver.resolveEach(subscribers.map(to)))).toEqual(expected);
    async function* stream() {
      for (const id of subscribers) yield to(id);
    }
    expect(await codesOf(resolver.resolveEach(stream()))).toEqual(expected);
    expect(await codesOf(resolver.resolveEach([]))).toEqual([]);
  });

  test("reads at most a thousand messages ahead, and ends the source when the loop is left", async () => {
    const { store, resolver } = await shop(5000);
    let [read, ended] = [0, false];
    function* endless(): Generator<Message> {
      try {
        while (true) yield to(`s${read++}`);
      } finally {
        ended = true;
      }
    }
    for await (const { resolution } of resolver.resolveEach(endless())) {
      expect(resolution.code).toBe("C0");
      break;
    }
    expect([read, ended]).toEqual([1000, true]);
    expect(await left(store)).toBeGreaterThanOrEqual(4000);
  });

  test("yields an answer while the source is still waiting for its next message", async () => {
    const { resolver } = await shop();
    let next = () => {};
    async function* slow() {
      yield to("ann");
      await new Promise<void>((resolve) => {
        next = resolve;
      });
      yield to("ben");
    }
    const answers = resolver.resolveEach(slow())[Symbol.asyncIterator]();
    expect((await answers.next()).value).toMatchObject({ resolution: { code: "C0" } });
    next();
    expect((await answers.next()).value).toMatchObject({ resolution: { code: "C1" } });
    expect((await answers.next()).done).toBe(true);
  });

  test("rejects at a wrong message, after the answers before it", async () => {
    const { resolver } = await shop();
    const seen: (string | null)[] = [];
    const run = async () => {
      for await (const { resolution } of resolver.resolveEach([to("ann"), message({ id: "" })]))
        seen.push(resolution.code);
    };
    await expect(run()).rejects.toThrow("message.id: expected");
    expect(seen).toEqual(["C0"]);
  });

  test("refuses what is no list and no stream", async () => {
    const { resolver } = await shop();
    await expect(codesOf(resolver.resolveEach(message() as never))).rejects.toThrow(
      "messages: expected a list or a stream of messages",
    );
  });
});
