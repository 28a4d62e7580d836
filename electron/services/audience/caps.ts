/** What a cap per group leaves of a wanted number. */
export interface CappedSize {
  /** Customers to take, at most the wanted number. */
  total: number;
  /** Most customers of any one group. */
  perGroup: number;
}

/**
 * The largest audience of at most `wanted` customers in which no group is more than `maxShare` of the whole
 * (0 < maxShare ≤ 1): the largest M with Σ min(size_g, ⌊maxShare·M⌋) ≥ M. Water-filling: small groups go in whole, large
 * ones up to a common level. Taking customers in rank order under `perGroup` then reaches `total`, and no other
 * audience of that size under the cap ranks better (the choices form a partition matroid).
 */
export function capSize(groupSizes: Iterable<number>, wanted: number, maxShare: number): CappedSize {
  const sizes = Float64Array.from(groupSizes).sort();
  const below = new Float64Array(sizes.length + 1);
  sizes.forEach((size, i) => (below[i + 1] = below[i]! + size));
  const available = below[sizes.length]!;
  let smaller = sizes.length;
  for (let total = Math.min(wanted, available); total > 0; total--) {
    // The tolerance keeps 30 % of 10 at 3 where floating point says 2.9999999999999996.
    const perGroup = Math.floor(maxShare * total + 1e-9);
    while (smaller > 0 && sizes[smaller - 1]! > perGroup) smaller--;
    if (below[smaller]! + perGroup * (sizes.length - smaller) >= total) return { total, perGroup };
  }
  return { total: 0, perGroup: 0 };
}
