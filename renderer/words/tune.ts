import { many } from './plural.js';

/** Words of the Tune step's ways to give examples, and of its versions. */
export const tuneText = {
  ways: {
    label: 'Where the examples come from',
    file: 'From a file',
    outcome: 'An outcome of your data',
    ids: 'Paste ids',
    cards: 'Answer yes or no',
  },
  outcome: {
    label: 'Outcome',
    hint: 'What you imported as known outcomes under Data. The customers it teaches with are left out when you check how good the ranking is.',
    none: 'Choose an outcome',
  },
  ids: {
    label: 'Customer ids',
    hint: 'Ids of customers that fit, from wherever you have them: one per line, or with commas between. The rest of your customers count as unknown.',
    count: (count: string) => many(count, 'id'),
    tooMany: (count: string, most: string) =>
      `${count} ids are too many: leave out all but ${most}, or give them as a file.`,
  },
  cards: {
    hint: 'The app asks about the customers whose answer would teach it most. You know them; it does not.',
    ask: 'Ask me about ten customers',
    more: 'Ask me about ten more',
    question: 'Is this one of them?',
    yes: 'Yes',
    no: 'No',
    skip: 'I do not know',
    undo: 'Take back',
    likely: (percent: string) => `${percent} % likely to fit, so far`,
    nothing: 'Nothing is known of this customer.',
    answered: (positives: string, negatives: string) => `${positives} yes, ${negatives} no`,
    start: 'Tune by these answers',
    needs: 'Tuning needs four answers, both yes and no among them.',
    answeredYes: 'Yes',
    answeredNo: 'No',
  },
  softPrompt: 'Train a soft prompt as well',
  softPromptHint:
    '(words of the model’s own before your instruction: may learn finer things; some seconds more, also when ranking; needs six that fit and six others)',
  learned: 'Learned. What it is worth stands below.',
  show: 'Show me',
  version: {
    withPrompt: 'with a soft prompt',
    use: 'Make it the default',
    useHint: 'The version that is taken wherever the instruction alone is named, as in a recipe.',
    chosen: 'Default',
    note: 'Note',
    notePlaceholder: 'What do you want to remember?',
    delete: 'Delete',
    deleted: (version: number) => `Version ${version} is deleted.`,
    undo: 'Undo',
    gains: 'Customers found among the examples, cross-validated',
    share: 'Best part of the examples',
    recall: 'Of those that fit',
    untuned: 'Untuned',
    tuned: 'Tuned',
    gainsAt: (share: string, before: string, after: string) =>
      `The best ${share} % hold ${before} % of those that fit untuned, ${after} % tuned.`,
  },
};
