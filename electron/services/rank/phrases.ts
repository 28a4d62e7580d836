/** Roles of an instruction's words, in the order of the reader's logits. */
export const [OTHER, WANTED, UNWANTED] = [0, 1, 2];

const FUNCTION_WORDS = new Set(
  (
    'a an the some any our their his her its this that these those of or and also to for from in on at with by as such like ' +
    'is are be been who which whose more most very own new other than into about it them us you we not no'
  ).split(' '),
);
const NEGATIONS = new Set(
  'not no never without except excluding instead rather other none nor neither lacking minus nothing'.split(' '),
);

/**
 * Runs of consecutive words with the role, in order and once each, trimmed of function words and punctuation; runs of
 * nothing else are dropped. Words count as unwanted only where the instruction has a word that negates.
 * Source: models/training/userqa_text.py phrases_of.
 */
export function phrasesOf(words: readonly string[], roles: readonly number[], role: number): string[] {
  const bare = words.map(withoutPunctuation);
  const read = negates(words) ? roles : roles.map((tag) => (tag === UNWANTED ? WANTED : tag));
  const runs: string[][] = [];
  bare.forEach((word, at) => {
    if (read[at] !== role) return;
    if (at === 0 || read[at - 1] !== role) runs.push([]);
    runs.at(-1)!.push(word);
  });
  const phrases = runs.map((run) => trimmed(run).join(' '));
  return [...new Set(phrases)].filter((phrase) => /\p{L}/u.test(phrase));
}

/** Whether an instruction has a word that says "not". */
export function negates(words: readonly string[]): boolean {
  const bare = words.map((word) => withoutPunctuation(word).toLowerCase());
  return bare.some((word) => NEGATIONS.has(word) || word.endsWith("n't"));
}

const withoutPunctuation = (word: string): string => word.replace(/^[ ,.;:()?!]+|[ ,.;:()?!]+$/g, '');

/** Words without function words at either end. */
function trimmed(words: readonly string[]): string[] {
  const says = (word: string): boolean => word !== '' && !FUNCTION_WORDS.has(word.toLowerCase());
  const first = words.findIndex(says);
  return first < 0 ? [] : words.slice(first, words.findLastIndex(says) + 1);
}
