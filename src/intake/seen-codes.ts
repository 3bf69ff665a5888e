/**
 * Remembers by 64-bit fingerprints which codes a file has shown: 16 to 32 bytes a code, whatever its length. Two of a million
 * different codes are taken for one with a chance of one in thirty million; nothing but a report depends on it.
 */
export class SeenCodes {
  #slots = new Uint32Array(2 * 4096);
  #size = 0;

  /** Notes the code; whether it was seen before. */
  add(code: string): boolean {
    if (this.#size * 4 >= this.#slots.length) this.#grow();
    const [high, low] = fingerprint(code);
    if (!insert(this.#slots, high, low)) return true;
    this.#size += 1;
    return false;
  }

  has(code: string): boolean {
    const [high, low] = fingerprint(code);
    return find(this.#slots, high, low).found;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const [high, low] = [this.#slots[at] as number, this.#slots[at + 1] as number];
      if (high !== 0 || low !== 0) insert(larger, high, low);
    }
    this.#slots = larger;
  }
}

/** Returns false for a code that it has already. */
function insert(slots: Uint32Array, high: number, low: number): boolean {
  const { at, found } = find(slots, high, low);
  if (found) return false;
  slots[at] = high;
  slots[at + 1] = low;
  return true;
}

/** The slot of the fingerprint, or the free slot that it would get. */
function find(slots: Uint32Array, high: number, low: number): { at: number; found: boolean } {
  const mask = slots.length / 2 - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * 2;
    if (slots[at] === high && slots[at + 1] === low) return { at, found: true };
    if (slots[at] === 0 && slots[at + 1] === 0) return { at, found: false };
  }
}

function fingerprint(text: string): [number, number] {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193) ^ (low >>> 15);
    low = Math.imul(low + unit, 0xcc9e2d51) ^ (high >>> 13);
  }
  high = Math.imul(high ^ (high >>> 16), 0x2c1b3c6d);
  low = Math.imul(low ^ (low >>> 16), 0x297a2d39);
  return [(high ^ (high >>> 15)) >>> 0 || 1, (low ^ (low >>> 15)) >>> 0];
}
