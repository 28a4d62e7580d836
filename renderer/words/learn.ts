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
  goesOn: (step: string, steps: string) =>
    `Paused after ${step} of ${steps} steps. It goes on from there, unless the data have changed since.`,
  queue: 'You can look around meanwhile. Rankings that you start wait until it is done or paused.',
  start: 'Learn from my customers',
  goOn: 'Continue',
  pause: 'Pause',
  curve: 'Held-back customers: mean AUC while learning',
  fitted: 'Fitted',
  shipped: 'Model as shipped',
  step: 'Step',
  noCurve: 'The first point comes when the questions are written.',
  fits: 'Fits',
  fit: (id: number) => `Fit ${id}`,
  inUse: 'In use',
  facts: (customers: string, time: string) => `learned from ${customers} customers in ${time}`,
  heldBack: (customers: string, questions: string) =>
    `Judged by ${customers} customers who were held back, with ${questions} questions whose targets it did not learn.`,
  kept: (shipped: string, score: string, gain: string, error: string) =>
    `Kept, because it helps them: mean AUC ${score} instead of ${shipped}, a gain of ${gain} with a standard error of ${error}.`,
  notKept: (shipped: string, best: string, error: string) =>
    `Not kept, because it does not help them: the best was ${best} beside ${shipped} as shipped, which is within the standard error of ${error} or worse. Rankings stay as they were.`,
  stopped: (step: string, steps: string) => `Paused after ${step} of ${steps} steps.`,
  use: 'Use it',
  useHint: (id: number) => `Use fit ${id} in rankings`,
  stop: 'Stop using it',
  stopHint: (id: number) => `Stop using fit ${id}; rankings use the model as shipped`,
  delete: 'Delete',
  deleteHint: (id: number) => `Delete fit ${id}`,
  deleted: (id: number) => `Fit ${id} was deleted.`,
  undo: 'Undo',
  undoHint: (id: number) => `Undo: bring fit ${id} back`,
  rail: { optional: 'Optional', running: 'Learning …', paused: 'Paused', inUse: (id: number) => `Fit ${id} in use` },
  chip: (fit: number | null) => (fit === null ? 'model as shipped' : `fit ${fit}`),
};
