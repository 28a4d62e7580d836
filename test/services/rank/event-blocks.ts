import type { EventBlock } from '../../../electron/services/index/event-block.js';

/** Customers who have these strings once each, without values or dates. */
export function blockOf(customers: readonly (readonly number[])[]): EventBlock {
  const string = Uint32Array.from(customers.flat());
  const start = new Uint32Array(customers.length + 1);
  customers.forEach(({ length }, at) => (start[at + 1] = start[at]! + length));
  const values = new Float32Array(string.length).fill(NaN);
  return {
    customers: customers.length,
    start,
    string,
    n: new Uint32Array(string.length).fill(1),
    value: values,
    recency: values,
  };
}
