import { many } from './plural.js';

/** Words of the Learn step. */
export const learnText = {
  title: 'Learn',
  lead: 'Let the model get to know your customers, so that it ranks them better than the model as it ships.',
  what: 'The app writes questions about your own files – who has this item, who came back later, who has much of that – and hides what would give the answers away. The model learns to answer them. A tenth of the customers and a quarter of the questions are held back: what was learned is kept only if it answers those better. Everything happens on this computer, nothing leaves it, and no labels or outcomes are used.',
  none: 'There are no customers to learn from.',
  noneHint: 'Import a file first.',
  minutes: 'Minutes to learn',
  estimate: (minutes: number) =>
    `Takes about ${minutes === 1 ? '1 minute' : `${minutes} minutes`} on this computer, after the customers have been read once.`,
  short: 'Writing the questions takes about a minute of it; with less than two minutes it takes longer than that.',
  goesOn: (step: string, steps: string) =>
    `Paused after ${step} of ${steps} steps. It writes its questions again and goes on from there.`,
  queue:
    'You can look around meanwhile. Rankings that you start wait until it is done or paused, and until then nothing can be deleted.',
  start: 'Learn from my customers',
  goOn: 'Continue',
  anew: 'Start anew',
  pause: 'Pause',
  curve: 'Held-back customers: mean AUC while learning',
  fitted: 'Fitted',
  shipped: 'Model as shipped',
  step: 'Step',
  noCurve: 'The first point comes when the questions are written.',
  fits: 'Fits',
  fit: (id: number) => `Fit ${id}`,
  inUse: 'In use',
  facts: (customers: string, time: string) => `learned from ${many(customers, 'customer')} in ${time}`,
  heldBack: (customers: string, questions: string) =>
    `Judged by ${many(customers, 'customer')} held back, with ${many(questions, 'question')} whose targets it did not learn.`,
  kept: 'Kept, because it helps the customers who were held back.',
  notKept: 'Not kept, because it does not help the customers who were held back. Rankings stay as they were.',
  foreseen: (questions: string, told: string) =>
    `Foreseeing what customers do (${many(questions, 'question')}): ${told}`,
  named: (questions: string, told: string) => `Finding what customers have (${many(questions, 'question')}): ${told}`,
  tooFew: 'too few to tell. Not used here.',
  noBetter: (shipped: string) => `nothing was better than the mean AUC of ${shipped} as shipped. Not used here.`,
  origin: (step: string) =>
    step === '0'
      ? 'No step of learning made the held-back score better: what helps is what the model had learned before it was shipped, which is used more than it was.'
      : `Used is what it had learned after step ${step}, the best of the curve.`,
  helps: (shipped: string, score: string, gain: string, error: string) =>
    `mean AUC ${score} instead of ${shipped}, a gain of ${gain} with a standard error of ${error}. Used here.`,
  helpsNot: (shipped: string, best: string, error: string) =>
    `the best mean AUC was ${best} beside ${shipped} as shipped, with a standard error of ${error}. Not used here.`,
  outdated: (step: string, steps: string) =>
    `Outdated: paused after ${step} of ${steps} steps, and cannot go on because the data or the model have changed since. Delete it; learning starts anew.`,
  stopped: (step: string, steps: string) => `Paused after ${step} of ${steps} steps.`,
  use: 'Use it',
  useHint: (id: number) => `Use fit ${id} in rankings`,
  stop: 'Stop using it',
  stopHint: (id: number) => `Stop using fit ${id}; rankings use the model as shipped`,
  delete: 'Delete',
  deleteHint: (id: number) => `Delete fit ${id}`,
  deleted: (id: number) => `Fit ${id} was deleted.`,
  needed: (tuned: string) => `Tuned on it, and unable to rank until it is back: ${tuned}.`,
  undo: 'Undo',
  undoHint: (id: number) => `Undo: bring fit ${id} back`,
  rail: { optional: 'Optional', running: 'Learning …', paused: 'Paused', inUse: (id: number) => `Fit ${id} in use` },
  chip: (fit: number | null) => (fit === null ? 'model as shipped' : `fit ${fit}`),
};
