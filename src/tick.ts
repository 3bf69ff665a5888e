/**
 * Collects the items of one tick and hands them over together, once every promise that is settled already has had its say.
 */
export function perTick<Item>(run: (items: Item[]) => void): (item: Item) => void {
  let waiting: Item[] = [];
  function flush(): void {
    const items = waiting;
    waiting = [];
    run(items);
  }
  return (item) => {
    if (waiting.length === 0) void Promise.resolve().then(() => process.nextTick(flush));
    waiting.push(item);
  };
}
