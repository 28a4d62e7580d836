import type { Kind, Role } from '../electron/ipc/vocabulary.js';
import { explainText } from './words/explain.js';
import { askText } from './words/ask.js';
import { audienceText } from './words/audience.js';
import { commandText } from './words/commands.js';
import { dataText } from './words/data.js';
import { learnText } from './words/learn.js';
import { mapText } from './words/map.js';
import { outcomeText } from './words/outcome.js';
import { many } from './words/plural.js';
import { tuneText } from './words/tune.js';

/** Every word the window shows, in one place, ready for translation. */
export const text = {
  product: 'InstructUE',
  tagline: 'Say whom you are looking for. Every customer is ranked, on this computer.',
  steps: { data: 'Data', learn: 'Learn', ask: 'Ask', map: 'Map', tune: 'Tune', audience: 'Audience' },
  rail: {
    label: 'Steps',
    noData: 'Nothing imported',
    customers: (count: string) => many(count, 'customer'),
    notAsked: 'No ranking yet',
    asked: (count: string) => `${count} ranked`,
    notMapped: 'Optional',
    mapped: (count: string) => many(count, 'group'),
    notTuned: 'Optional',
    tuned: (count: string) => many(count, 'version'),
    notExported: 'Nothing exported',
    exported: (count: string) => `${count} exported`,
    close: 'Close workspace',
    closing: 'Closing …',
    local: 'Runs on this computer. Nothing is sent anywhere.',
  },
  welcome: {
    create: 'New workspace',
    createHint: 'One file on your disk holds your data, instructions and rankings.',
    open: 'Open a workspace',
    openHint: 'Continue where you stopped.',
    sample: 'Try with sample data',
    sampleHint: '1,500 customers of a real online gift shop. A first ranking takes about a minute.',
    recent: 'Recent',
  },
  data: {
    title: 'Data',
    lead: 'Add what you know about your customers: orders, visits, searches, apps, profiles. One row per thing that happened, or one row per customer.',
    choose: 'Choose files',
    drop: 'Drop CSV, TSV or Parquet files here',
    dropHint: 'Compressed files work too. Files stay where they are; nothing leaves this computer.',
    addSample: 'Add the sample files',
    inspecting: (name: string) => `Looking at ${name} …`,
    readyTitle: 'Ready to import',
    holds: 'This file holds',
    preview: 'First rows of the file, and what each column will be used as',
    importAll: (count: number) => (count === 1 ? 'Import this file' : `Import ${count} files`),
    remove: 'Leave out',
    known: 'This file has been imported before; its rows would count as duplicates.',
    reportTitle: 'Import report',
    read: 'read',
    accepted: 'accepted',
    rejected: 'rejected',
    duplicates: 'duplicates',
    line: 'Line',
    saveRejects: 'Save rejected rows',
    savedRejects: (path: string) => `Rejected rows saved to ${path}`,
    inWorkspace: 'In this workspace',
    rows: (count: string) => many(count, 'row'),
    covers: (count: string) => many(count, 'customer'),
    span: (from: string, to: string) => `${from} – ${to}`,
    frequent: 'Most frequent',
    replace: 'Replace',
    replaceHint: (name: string) => `Replace ${name} by a newer version`,
    addRows: 'Add rows',
    addRowsHint: (name: string) => `Add rows to ${name}`,
    delete: 'Delete',
    deleteHint: (name: string) => `Delete ${name} from this workspace`,
    deleted: (name: string) => `${name} was deleted. It is gone for good when the workspace is closed.`,
    undo: 'Undo',
    undoHint: (name: string) => `Undo: bring ${name} back`,
    maySensitive: 'May be sensitive',
    keepFromModel: 'Keep from the model',
    next: 'Ask a question',
  },
  ask: {
    title: 'Ask',
    lead: 'Describe the customers you are looking for, as you would to a colleague.',
    instruction: 'Instruction',
    placeholder: 'Customers who … but not …',
    examples: 'From your data:',
    more: 'Answer and contrast (optional)',
    answer: 'What a fitting customer’s answer would say',
    answerPlaceholder: 'This customer buys candles',
    contrast: 'What to keep away from',
    contrastPlaceholder: 'This customer buys garden items',
    rank: 'Rank customers',
    cancel: 'Cancel',
    noData: 'There are no customers yet.',
    noDataHint: 'Import a file first; then ask anything about the customers in it.',
    toData: 'Go to Data',
    emptyTitle: 'Your ranking will appear here',
    emptyHint: 'All customers, the best fitting first, with a score for each.',
    earlier: 'Rankings',
    table: 'Ranked customers',
    search: 'Search customer id',
    rankColumn: 'Rank',
    idColumn: 'Customer',
    scoreColumn: 'Score',
    bandColumn: 'Band',
    bandHint: 'The smallest best part of all customers that this one belongs to',
    band: (percent: string) => `top ${percent} %`,
    noMatch: 'No customer id contains this.',
    distribution: 'Customers by score',
    next: 'Make an audience',
    directions: {
      present: 'customers whose data speak of it',
      high: 'customers with much of it',
      low: 'customers with little of it',
      active: 'the most active customers',
      inactive: 'the least active customers',
    },
    scored: (count: string, device: string) =>
      `${many(count, 'customer')} ranked on ${device === 'cpu' ? 'the processor' : device}`,
  },
  audience: audienceText,
  tune: {
    title: 'Tune',
    lead: 'A few customers whose answer you know show the model what the instruction leaves open. A check on examples held back decides whether what they teach is used.',
    none: 'There is no instruction to tune.',
    noneHint: 'Ask a question first.',
    choose: 'Choose examples',
    chooseHint:
      'A file with customer ids and a column that is 1 for those who fit and 0 for the others. Without such a column, everybody in it counts as fitting.',
    column: 'Has what you look for',
    seeds: 'The file lists customers that fit; the rest of your customers count as unknown.',
    start: 'Tune',
    versions: 'Versions',
    version: (version: number) => `Version ${version}`,
    learnedFrom: (positives: string, others: string, kind: 'labels' | 'seeds') =>
      kind === 'labels'
        ? `learned from ${positives} that fit, ${others} that do not`
        : `learned from ${positives} that fit, beside ${others} other customers by lot`,
    unknown: (count: string) => `not found: ${many(count, 'id')}`,
    before: 'AUC before',
    after: 'AUC after',
    auc: 'AUC: how often a customer that fits ranks above one who does not, on examples held back. 0.5 is chance, where the bars begin; 1 is perfect.',
    helps: 'Better than before on examples held back.',
    unclear:
      'No better than before on examples held back, yet too few to say that it does harm. More examples would tell.',
    helpsNot: 'Worse than before on examples held back: it is not used, and rankings stay as they are.',
    rank: 'Rank with it',
  },
  /** More words of the Data step. */
  dataMore: dataText,
  /** More words of the Tune step. */
  tuneMore: tuneText,
  /** More words of the Ask step. */
  askMore: askText,
  learn: learnText,
  commands: commandText,
  map: mapText,
  explain: explainText,
  outcome: outcomeText,
  customer: {
    newest: (shown: string, total: string) => `newest ${shown} of ${many(total, 'row')}`,
    close: 'Close',
    timeline: 'Timeline',
    more: (count: string) => `and ${count} more`,
    allDays: 'Show more',
  },
  tasks: {
    title: 'Running',
    cancel: 'Cancel',
    /** Of the stage alone: those to come do not run at the same speed, and are not known. */
    remaining: (time: string) => `about ${time} left in this step`,
    starting: 'Starting',
    /** What a task is at, by the name of its stage. */
    stages: {
      wait: 'Waiting for other work to end',
      import: 'Reading the file',
      derive: 'Reading your files',
      'embed strings': 'Reading the words in your data',
      'encode customers': 'Reading customers',
      'read customers': 'Reading customers',
      'rank customers': 'Ranking customers',
      'rank again': 'Ranking again',
      'compare customers': 'Comparing customers',
      'write questions': 'Writing questions',
      learn: 'Learning',
      'cross-validate': 'Checking on examples held back',
      'train the soft prompt': 'Learning from the examples',
      'find neighbours': 'Finding like customers',
      'lay out customers': 'Laying out the map',
      'place customers': 'Placing customers',
      'find groups': 'Finding groups',
      'name groups': 'Naming groups',
    },
  },
  failure: {
    todo: 'What to do',
    copy: 'Copy report',
    copied: 'Copied',
    dismiss: 'Dismiss',
    unexpected: 'Unexpected error',
  },
  kinds: {
    purchases: 'Purchases',
    services: 'Services and campaigns',
    paths: 'Page visits',
    searches: 'Searches',
    apps: 'Apps and usage',
    profile: 'Profile',
    labels: 'Labels (known outcomes)',
    segment: 'Segment (list of customers)',
  } satisfies Record<Kind, string>,
  roles: {
    id: 'Customer id',
    text: 'Text',
    number: 'Number',
    time: 'Time',
    sensitive: 'Sensitive (kept from the model)',
    ignore: 'Ignore',
    label: 'Known outcome (0 or 1)',
  } satisfies Record<Role, string>,
};

const whole = new Intl.NumberFormat('en-GB');

/** 12345 → "12,345". */
export const count = (value: number): string => whole.format(value);

const amounts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const largeAmounts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** An amount in whatever currency: 1234.5 → "1,235", 12.345 → "12.35". */
export const money = (value: number): string => (Math.abs(value) < 1000 ? amounts : largeAmounts).format(value);

/** Milliseconds → "40 s" or "3 min". */
export const duration = (milliseconds: number): string =>
  milliseconds < 90_000
    ? `${Math.max(1, Math.round(milliseconds / 1000))} s`
    : `${Math.round(milliseconds / 60_000)} min`;

const brief = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 });
// Without a comma, so that years look like years.
const figures = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4, useGrouping: false });

/** 12345.6 → "12.3K", 1976 → "1976", 0.012345 → "0.01235". */
export const short = (value: number): string => (Math.abs(value) < 10_000 ? figures : brief).format(value);
