/**
 * Collects the items of one tick and passes them on together, after the callbacks of all promises that are settled already.
 * As soon as there are `most` of them, it passes these on at once.
 */
export function createBatcher<Item>(most: number, run: (items: Item[]) => void): (item: Item) => void {
  let waiting: Item[] = [];
  let isDue = false;
  function flush(): void {
    const items = waiting;
    waiting = [];
    if (items.length > 0) run(items);
  }
  function flushLater(): void {
    isDue = true;
    void Promise.resolve().then(() =>
      process.nextTick(() => {
        isDue = false;
        flush();
      }),
    );
  }
  return (item) => {
    waiting.push(item);
    if (waiting.length === most) flush();
    else if (!isDue) flushLater();
  };
}
