import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rulesSchema, type Rules } from '../../electron/ipc/audience.js';
import { AudienceDesk } from '../../electron/shell/audience-desk.js';
import { rankingsOf, specOf, storedAsks, targetOf } from '../../electron/shell/audience-rules.js';
import { Grants } from '../../electron/shell/grants.js';
import { YES_WORDS } from '../../electron/services/audience/consent.js';
import { sha256 } from '../../electron/services/audience/identity.js';
import { rankTarget } from '../../electron/services/audience/build.js';
import { makeFixture, type Fixture } from '../services/audience/workspace-fixture.js';

let made: Fixture;
let [tea, cake] = [0, 0];
let grants: Grants;
let list: string;

function rules(change: Partial<Rules> = {}): Rules {
  return rulesSchema.parse({
    rankingId: tea,
    joined: [],
    size: { by: 'percent', percent: 10 },
    include: [],
    exclude: [],
    suppress: [],
    consent: null,
    frequency: null,
    cap: null,
    holdoutPercent: 0,
    fairness: [],
    customers: null,
    country: null,
    ...change,
  });
}

beforeAll(async () => {
  made = await makeFixture(200);
  tea = await made.rank({ instruction: 'buys tea' }, undefined as never);
  cake = await made.rank({ instruction: 'buys cake' }, undefined as never);
  await made.workspace.run(
    `INSERT INTO labels SELECT 'bought', user_id, (abs(hash(user_id)) % 3 = 0)::TINYINT, 1 FROM customers`,
  );
  grants = new Grants();
  list = join(made.folder, 'list.txt');
  writeFileSync(list, made.ids.slice(0, 20).join('\n'));
});

describe('the rules of the window', () => {
  it('become those of the service, handles turned into paths', () => {
    const { handle } = grants.grant(list);
    const spec = specOf(
      grants,
      rules({
        suppress: [handle],
        frequency: { earlier: [handle], atMost: 2 },
        cap: { column: 'region', maxShare: 0.4 },
        consent: { column: 'agreed', allowed: null },
        holdoutPercent: 20,
        fairness: ['region'],
        customers: handle,
        country: 'GB',
      }),
    );
    expect(spec).toMatchObject({
      size: { by: 'percent', percent: 10 },
      suppress: [list],
      frequency: { earlier: [list], atMost: 2 },
      cap: { column: 'region', maxShare: 0.4 },
      consent: { column: 'agreed' },
      holdout: { share: 0.2, seed: `ranking ${tea}` },
      fairness: ['region'],
      customers: { file: list },
      defaultCountry: 'GB',
    });
  });

  it('name the values of the consent column that mean yes, else the usual words do', () => {
    const allowed = (given: string[] | null) =>
      specOf(grants, rules({ consent: { column: 'region', allowed: given } })).consent?.allowed;
    expect(allowed(['klar'])).toEqual(['klar']);
    expect(allowed(null)).toEqual(YES_WORDS);
  });

  it('name no file that was not handed over', () => {
    expect(() => specOf(grants, rules({ include: ['/etc/passwd'] }))).toThrowError(/not handed to the app/);
  });

  it('size by value, or at a cut of one’s own', () => {
    const money = { by: 'value', outcome: { imported: 'bought' }, valuePerConversion: 9, costPerContact: 3 } as const;
    const free = specOf(grants, rules({ size: { ...money, budget: null, count: null } }));
    expect(free.size).toEqual({ by: 'value', valuePerConversion: 9, costPerContact: 3 });
    expect(free.labels).toEqual({ imported: 'bought' });
    const cut = specOf(grants, rules({ size: { ...money, budget: 60, count: 7 } }));
    expect(cut.size).toEqual({ by: 'top', count: 7 });
  });

  it('join every ranking to all before it', async () => {
    const joined = rules({
      joined: [
        { how: 'andNot', rankingId: cake },
        { how: 'or', rankingId: tea },
      ],
    });
    const { asks, rank } = await storedAsks(made.workspace, rankingsOf(joined));
    const target = targetOf(joined, asks);
    expect(target).toEqual({
      instructions: {
        a: { instruction: 'buys tea' },
        b: { instruction: 'buys cake' },
        c: { instruction: 'buys tea' },
      },
      combine: { or: [{ and: [{ ranking: 'a' }, { not: { ranking: 'b' } }] }, { ranking: 'c' }] },
    });
    const { sources } = await rankTarget(made.workspace, rank, target);
    expect(sources.map(({ stored }) => stored.id)).toEqual([tea, cake, tea]);
  });

  it('say so when a ranking is gone', async () => {
    await expect(storedAsks(made.workspace, [99])).rejects.toMatchObject({ code: 'ranking-missing' });
  });
});

describe('the desk', () => {
  it('previews a cut with its profit, groups and exact counts', async () => {
    const desk = new AudienceDesk(grants);
    const money = { by: 'value', outcome: { imported: 'bought' }, valuePerConversion: 9, costPerContact: 3 } as const;
    const at = (count: number | null) =>
      desk.preview(made.workspace, rules({ size: { ...money, budget: null, count }, fairness: ['region'] }));
    const best = await at(null);
    expect(best.counts.selected).toBe(best.value!.optimum.count);
    expect(best.value!.expected.profit).toBeCloseTo(best.value!.optimum.profit, 9);
    for (const count of [1, 50, 200]) {
      const cut = await at(count);
      expect(cut.counts.selected).toBe(count);
      expect(cut.value!.expected.profit).toBeLessThanOrEqual(best.value!.optimum.profit + 1e-9);
      expect(cut.fairness[0]!.groups.reduce((sum, group) => sum + group.selected, 0)).toBe(count);
    }
  });

  it('expects nothing of those held out', async () => {
    const desk = new AudienceDesk(grants);
    const size = {
      by: 'value',
      outcome: { imported: 'bought' },
      valuePerConversion: 1,
      costPerContact: 1,
      budget: null,
      count: 100,
    } as const;
    const { counts, value } = await desk.preview(made.workspace, rules({ size, holdoutPercent: 50 }));
    expect(counts).toMatchObject({ selected: 100, treated: 50, holdout: 50 });
    expect(value!.expected).toMatchObject({ count: 50, cost: 50 });
  });

  it('says what came of the lists, and looks again when the country changes', async () => {
    const desk = new AudienceDesk(grants);
    const contacts = join(made.folder, 'phones.csv');
    writeFileSync(contacts, `user_id,phone\n${made.ids[0]!},0171 2000002\n`);
    const hashed = join(made.folder, 'hashed.txt');
    writeFileSync(hashed, `${sha256('+491712000002')}\n`);
    const [customers, suppress] = [grants.grant(contacts).handle, [grants.grant(hashed).handle]];
    const before = await desk.preview(made.workspace, rules({ customers, suppress }));
    expect(before.lists).toEqual([{ rule: 'suppress', name: 'hashed.txt', entries: 1, matched: 0 }]);
    expect(before.warnings).toEqual([expect.stringContaining('hashed.txt fits no customer')]);
    const after = await desk.preview(made.workspace, rules({ customers, suppress, country: 'DE' }));
    expect([after.lists[0]!.matched, after.counts.suppressed, after.warnings]).toEqual([1, 1, []]);
  });

  it('offers the values of the consent column, and lets those through that were chosen', async () => {
    const desk = new AudienceDesk(grants);
    const preview = (allowed: string[] | null) =>
      desk.preview(
        made.workspace,
        rules({ consent: { column: 'region', allowed }, size: { by: 'percent', percent: 100 } }),
      );
    const usual = await preview(null);
    expect([usual.counts.selected, usual.warnings]).toEqual([0, [expect.stringContaining('Nobody has consent')]]);
    const { column, values } = usual.consent!;
    expect([column, values.reduce((sum, { customers }) => sum + customers, 0)]).toEqual(['region', 200]);
    expect(values.every(({ isYes }) => !isYes)).toBe(true);
    const [first] = values;
    const chosen = await preview([first!.value]);
    expect([chosen.counts.selected, chosen.warnings]).toEqual([first!.customers, []]);
    expect((await desk.preview(made.workspace, rules())).consent).toBeNull();
  });

  it('reads again after a failure', async () => {
    const desk = new AudienceDesk(grants);
    const file = join(made.folder, 'later.txt');
    writeFileSync(file, made.ids[0]!);
    const wanted = rules({ consent: { column: 'nowhere', allowed: null } });
    await expect(desk.preview(made.workspace, wanted)).rejects.toMatchObject({ code: 'column-missing' });
    await expect(desk.preview(made.workspace, rules())).resolves.toMatchObject({ counts: { selected: 20 } });
  });

  it('tells outcomes that nobody has from those that belong to nobody here', async () => {
    const desk = new AudienceDesk(grants);
    const money = { by: 'value', valuePerConversion: 1, costPerContact: 1, budget: null, count: null } as const;
    await expect(
      desk.preview(made.workspace, rules({ size: { ...money, outcome: { imported: 'unknown' } } })),
    ).rejects.toMatchObject({ code: 'labels-missing' });
    const strangers = join(made.folder, 'strangers.csv');
    writeFileSync(strangers, 'user_id,bought\nx,1\ny,0\n');
    const outcome = { handle: grants.grant(strangers).handle, column: 'bought' };
    await expect(desk.preview(made.workspace, rules({ size: { ...money, outcome } }))).rejects.toMatchObject({
      code: 'labels-unmatched',
    });
  });
});
