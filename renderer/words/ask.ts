import { many } from './plural.js';

/** Words of the parts of the Ask step that help to write, to look closer and to compare. */
export const askText = {
  /** A ranking by a tuned version. */
  tuned: (version: string) => `tuned, version ${version}`,
  /** By what a source holds. */
  examples: {
    purchases: (item: string) => `Customers who buy ${item}`,
    services: (item: string) => `Customers who take up ${item}`,
    paths: (item: string) => `Customers who visit ${item}`,
    searches: (item: string) => `Customers who search for ${item}`,
    apps: (item: string) => `Customers who use ${item}`,
  },
  state: (column: string, value: string) => `Customers with ${column} ${value}`,
  butNot: (instruction: string, other: string) => `${instruction} but not ${other}`,
  reading: {
    label: 'How the instruction is read',
    wait: 'Reading …',
    looksFor: 'Looks for',
    keepsAway: 'Keeps away from',
    first: 'Ranks first',
    inData: 'In your data:',
    nearestInData: 'Nearest in your data:',
    /** Beside a phrase. */
    doubts: { vague: 'too vague', absent: 'not in your data' },
    owners: (customers: string) => `${many(customers, 'customer')} ${customers === '1' ? 'has' : 'have'} it`,
    answer: 'Answer it is compared with',
    hints: {
      unnamed:
        'No particular thing was recognised, so that it is compared as a whole. Name things as your data do, for example: customers who buy lunch bags but not candles.',
      guessed:
        'Your data hold profiles alone, so that who stays and who leaves is guessed from their words and levels. Check the ranking with known customers, or tune it with some.',
      vague: (phrases: string) =>
        `${phrases} can mean many things, and nothing says which customers are meant. Say what they buy, do or are, for example: customers who buy often.`,
      absent: (phrases: string) =>
        `Nothing in your data is called ${phrases}; what comes nearest is below. Use words that your data use.`,
      unchecked: 'What your data calls so is checked after the first ranking.',
      'negation-lost':
        'It says “not”, but what to keep away from was not recognised. Write it as “but not …” at the end, or into the contrast.',
      'negation-read': 'The “not” was understood.',
    },
  },
  full: (most: string) => `${most} characters are the most; what goes beyond them is cut off.`,
  answerEdit: 'Edit this answer',
  table: {
    columns: 'Columns',
    columnsHint: 'Columns of the profile to show, up to five',
    filter: 'Filter',
    noFilter: 'All customers',
    from: 'from',
    to: 'to',
    anyWord: 'any',
    found: (count: string, total: string) => `${count} of ${many(total, 'customer')}`,
    noColumns: 'No profile was imported.',
  },
  compare: {
    open: 'Compare',
    title: 'Compare instructions',
    lead: 'Up to four rankings side by side. Another wording is another ranking: change the instruction on the left and rank again.',
    back: 'Back to the ranking',
    choose: 'Rankings to compare',
    best: 'Best part of each',
    bestOf: (percent: number) => `best ${percent} %`,
    overlap: (percent: number) => `Customers of the row’s best ${percent} % who are in the column’s as well`,
    correlation: (value: string) => `rank correlation ${value}`,
    moves: 'Who moves most',
    movesHint: (percent: number) => `Among the best ${percent} % of either, the furthest first`,
    fromRanking: 'From',
    toRanking: 'To',
    customer: 'Customer',
    rankIn: (letter: string) => `Rank in ${letter}`,
    change: 'Moves',
    up: (places: string) => `${places} up`,
    down: (places: string) => `${places} down`,
    same: 'stays',
    none: 'Rank by another instruction first; then the two can be compared.',
  },
};
