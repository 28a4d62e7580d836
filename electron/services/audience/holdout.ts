import { decileStart } from '../evaluate/curves.js';
import { sha256 } from './identity.js';

/** A part of the audience that is not contacted, so that the campaign's effect can be measured. */
export interface HoldoutRule {
  /** Part held out, 0..1 (exclusive). */
  share: number;
  /** Any text; the same seed holds out the same customers, another one draws again. */
  seed: string;
}

/** How the split is made, for the manifest. */
export const HOLDOUT_METHOD =
  'Within each score decile of the audience, the customers with the smallest SHA-256 of "<seed>\\n<user_id>" are held out; decile quotas are cumulative roundings of share × customers.';

/**
 * Marks who is held out of an audience given best first: 1 held out, 0 treated. Depends on ids, their order and the
 * seed alone, so it is the same on every run and machine. Each decile gives its share, within one customer.
 */
export function splitHoldout(userIds: readonly string[], rule: HoldoutRule): Uint8Array {
  const held = new Uint8Array(userIds.length);
  let given = 0;
  for (let decile = 1; decile <= 10; decile++) {
    const from = decileStart(decile, userIds.length);
    const to = decileStart(decile + 1, userIds.length);
    const quota = Math.round(rule.share * to) - given;
    given += quota;
    const drawn = Array.from({ length: to - from }, (_, i) => ({
      at: from + i,
      hash: sha256(`${rule.seed}\n${userIds[from + i]!}`),
    })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
    for (const { at } of drawn.slice(0, quota)) held[at] = 1;
  }
  return held;
}
