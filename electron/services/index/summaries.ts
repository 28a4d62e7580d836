import { literal } from '../workspace/sql.js';
import type { Workspace } from '../workspace/workspace.js';
import { named, ofRole, type DerivedFile } from './derived-file.js';
import { NOUNS } from './event-facts.js';
import { primaryNumber, type EventPlan } from './event-plan.js';
import { addNumbers, type Measure } from './levels.js';
import { KIND, type Scale } from './scale.js';

/** A number that sums up a customer's rows. @property x SQL over the grouped rows v of a customer */
interface Summary extends Pick<Measure, 'name' | 'label' | 'columnName'> {
  x: string;
}

/**
 * Summaries of each customer's rows in an event file, as levels: averages, the total of the primary number, the number of
 * events, days since the last one and days between the first and the last.
 * @param shared another file has the same source, so that its name must tell them apart
 */
export async function addSummaries(
  workspace: Workspace,
  file: DerivedFile,
  plan: EventPlan,
  shared: boolean,
  scale: Scale,
): Promise<void> {
  const noun = shared ? `humanise(${literal(file.name.replace(/\..*$/, ''))})` : `'${NOUNS[file.source]}'`;
  const summaries: Summary[] = [
    { name: 'events', label: `'number of ' || ${noun} || ' events'`, columnName: '', x: 'count(*)' },
    ...numberSummaries(file, plan),
    ...timeSummaries(file, plan, noun),
  ];
  const sums = summaries.map((summary, at) => `CAST(${summary.x} AS DOUBLE) AS x${at}`);
  await workspace.run(
    `CREATE OR REPLACE TEMP TABLE derive_sums AS SELECT v.customer, ${sums.join(', ')} FROM ${file.rows} v GROUP BY v.customer`,
  );
  const measures = summaries.map(({ name, label, columnName }, at) => ({
    name,
    label,
    columnName,
    ordinal: 0,
    isDate: false,
    rows: `SELECT customer, x${at} AS x FROM derive_sums`,
  }));
  await addNumbers(workspace, measures, file, KIND.aggregate, scale);
  await workspace.run('DROP TABLE derive_sums');
}

function numberSummaries(file: DerivedFile, { budgets }: EventPlan): Summary[] {
  const primary = primaryNumber(file);
  return ofRole(file, 'number')
    .filter((column) => !budgets.includes(column.ordinal))
    .flatMap((column) => {
      // Sums of integer millionths are the same in whatever order the threads add them; sums of DOUBLE are not.
      const sum = `CAST(sum(in_millionths(v.c${column.ordinal})) AS DOUBLE) / 1e6`;
      const average = {
        name: `average ${column.ordinal}`,
        label: `'average ' || ${named(column)}`,
        columnName: column.name,
        x: `${sum} / nullif(count(v.c${column.ordinal}), 0)`,
      };
      const total = {
        name: `total ${column.ordinal}`,
        label: `'total ' || ${named(column)}`,
        columnName: column.name,
        x: sum,
      };
      return column === primary ? [average, total] : [average];
    });
}

function timeSummaries(file: DerivedFile, plan: EventPlan, noun: string): Summary[] {
  const time = ofRole(file, 'time')[0];
  if (!time || plan.last === null) return [];
  const days = (text: string): string => `floor(epoch(${text}) / 86400)`;
  const last = `max(v.c${time.ordinal})`;
  return [
    {
      name: 'since last',
      label: `'days since last ' || ${noun} || ' event'`,
      columnName: time.name,
      // Events after the last one that was measured happened today.
      x: `greatest(floor(${plan.last} / 86400) - ${days(last)}, 0)`,
    },
    {
      name: 'first to last',
      label: `'days from first to last ' || ${noun} || ' event'`,
      columnName: time.name,
      x: `${days(last)} - ${days(`min(v.c${time.ordinal})`)}`,
    },
  ];
}
