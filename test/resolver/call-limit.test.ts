import { expect, test } from "vitest";
import { CallLimit } from "../../src/resolver/call-limit.js";

test("two calls run at once, the others in their turn as soon as one has ended", async () => {
  const limit = new CallLimit(2);
  const started: string[] = [];
  const end = new Map<string, () => void>();
  for (const name of ["a", "b", "c", "d"]) {
    limit.run(() => {
      started.push(name);
      return new Promise<void>((resolve) => end.set(name, resolve));
    });
  }
  expect(started).toEqual(["a", "b"]);
  end.get("b")?.();
  await expect.poll(() => started).toEqual(["a", "b", "c"]);
  end.get("a")?.();
  await expect.poll(() => started).toEqual(["a", "b", "c", "d"]);
  end.get("c")?.();
  end.get("d")?.();
  await expect
    .poll(() => {
      limit.run(async () => void started.push("e"));
      return started.at(-1);
    })
    .toBe("e");
});
