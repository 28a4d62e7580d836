import { many } from './plural.js';

/** Words of the panels that say why. */
export const explainText = {
  why: 'Why this rank',
  method:
    'Leave-one-out: the customer is scored again without one thing at a time. An effect above zero spoke for the customer. Effects do not add up: of two things that say the same, neither is missed.',
  working: 'Scoring the customer without each event …',
  nothing: 'Nothing is known of this customer, so nothing spoke for or against.',
  bySource: 'By source, leave-one-out',
  sourceInWords: (source: string, effect: string, share: string) => `${source} ${effect}, ${share} of all effects`,
  spokeFor: 'Spoke for',
  spokeAgainst: 'Spoke against',
  noneFor: 'No single event raises the score.',
  noneAgainst: 'No single event lowers the score.',
  of: (shown: string, events: string) => `The strongest ${shown} of ${many(events, 'event')}.`,
  together: (events: string, rank: string) =>
    events === '1' ? `Without it: rank ${rank}.` : `Without all ${events} of these at once: rank ${rank}.`,
  source: 'Source',
  effect: 'Effect',
  share: 'Share of effects',
  rankWithout: 'Rank without',
  attention: 'Attention',
  attentionHint:
    'Attention is how the model weighs the events by how near their words are to the instruction. It is no effect: an event may have much of it and still not be missed.',
  nearest: 'Most like this customer',
  by: {
    embedding:
      'By how alike the model finds them under this instruction: 1 for the same, less the less alike (the cosine of their embeddings).',
    events:
      'By what they have, rare things weighing most: 1 for the same things, 0 for nothing in common (the cosine).',
  },
  searching: 'Looking for like customers …',
  nobody: 'No other customer shares anything with this one.',
  customer: 'Customer',
  rank: 'Rank',
  likeness: 'Likeness',
  shared: 'Both have',
  back: (userId: string) => `Back to ${userId}`,
  lifts: 'What this audience has more of than the rest of your base',
  liftsHint: (audience: string, rest: string, compared: string) =>
    `${many(audience, 'customer')} beside the other ${rest}; ${many(compared, 'item')} compared. Those with the highest lower end of the 95 % interval come first. The audience was chosen by such items, so this describes the choice.`,
  liftsWorking: 'Comparing the audience with the rest …',
  liftsNone: 'Nothing sets this audience apart from the rest.',
  item: 'Item',
  inAudience: 'Audience',
  inRest: 'Rest',
  lift: 'Times as often',
};
