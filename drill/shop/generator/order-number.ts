const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PAIRS = Array.from({ length: 1024 }, (_, value) => `${SIGNS[value >> 5]}${SIGNS[value & 31]}`);
const HALF = 0x1ffffff;

/**
 * The order number of an index: looks like one of the shop's random numbers (`S-7K3M9Q2XB0`), yet no two indexes below
 * 2^25 share one. A Feistel network over 50 bits is a permutation, whatever the rounds do.
 */
export function orderNumber(seed: number, index: number): string {
  let left = 0x155aa55 & HALF;
  let right = index & HALF;
  for (let round = 1; round <= 4; round++) {
    const mixed = Math.imul(right ^ seed, 0x9e3779b1 + round * 0x3c6ef372);
    [left, right] = [right, (left ^ (mixed ^ (mixed >>> 15))) & HALF];
  }
  // Ten signs of five bits: the halves meet in the middle of the fifth.
  const high = left * 0x20 + (right >>> 20);
  const low = right & 0xfffff;
  return `S-${PAIRS[high >>> 20]}${PAIRS[(high >>> 10) & 1023]}${PAIRS[high & 1023]}${PAIRS[low >>> 10]}${PAIRS[low & 1023]}`;
}
