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

/** Words that negate what is done, up to the next "and"; and words that negate the things after them, a list as well. */
const NEGATES_DOING = new Set(['not', 'never']);
const NEGATES_THINGS = new Set('no without except excluding neither nor lacking minus'.split(' '));
/** "Other than", "rather than", "instead of" negate things as well. */
const NEGATES_IN_PAIRS = new Map([
  ['other', 'than'],
  ['rather', 'than'],
  ['instead', 'of'],
]);
/** Words after which the opposite, or somebody else's doing, is said. */
const ENDS = new Set('but who whose which that although though'.split(' '));
/** Negations that take something away from what was asked for. */
const TAKES_AWAY = new Set('other rather instead except excluding minus'.split(' '));
/** Words with which an instruction goes on. */
const GOES_ON = new Set(['but', 'and', 'yet']);
/** After these a negation says how much. */
const COMPARES = new Set('only more less fewer later earlier'.split(' '));

/**
 * The roles, with what a negation reaches as unwanted: the words after it, up to the end of what it is said of. Where no word
 * there has a role, all of them are. The reader of instructions knows the negations of its training alone, and by the words
 * before them.
 */
export function withNegations(words: readonly string[], roles: readonly number[]): number[] {
  const bare = words.map(bareWord);
  const result = [...roles];
  bare.forEach((word, at) => {
    if (!isNegation(bare, at)) return;
    const first = at + (NEGATES_IN_PAIRS.has(word) ? 2 : 1);
    const isOfDoing = negatesDoing(word);
    const isEnd = (other: string): boolean => ENDS.has(other) || (isOfDoing && other === 'and');
    const length = bare.slice(first).findIndex(isEnd);
    const reached = [...bare.keys()].slice(first, length < 0 ? undefined : first + length);
    const isMarked = reached.some((one) => roles[one] !== OTHER);
    for (const one of reached) if (!isMarked || result[one] === WANTED) result[one] = UNWANTED;
  });
  return result;
}

/**
 * What an instruction asks for before it says what is not wanted: "who cleaned the house" of "… but did no laundry", "who shop for
 * things" of "… other than food". Undefined where it only excludes.
 */
export function saidBeforeNegation(words: readonly string[]): string | undefined {
  const bare = words.map(bareWord);
  const negation = bare.findIndex((_, at) => isNegation(bare, at));
  const end = TAKES_AWAY.has(bare[negation] ?? '')
    ? negation
    : bare.slice(0, Math.max(0, negation)).findLastIndex((word) => GOES_ON.has(word));
  return end > 0 ? words.slice(0, end).join(' ') : undefined;
}

/** Whether the word at this place negates something; "no more than five" only says how much. */
function isNegation(bare: readonly string[], at: number): boolean {
  const word = bare[at]!;
  const isPair = NEGATES_IN_PAIRS.get(word) === (bare[at + 1] ?? '');
  if (!isPair && !negatesDoing(word) && !NEGATES_THINGS.has(word)) return false;
  return !COMPARES.has(bare[at + (isPair ? 2 : 1)] ?? '');
}

const negatesDoing = (word: string): boolean => NEGATES_DOING.has(word) || word.endsWith("n't");

/** Whether an instruction has a word that says "not". */
export function negates(words: readonly string[]): boolean {
  const bare = words.map(bareWord);
  return bare.some((word) => NEGATIONS.has(word) || word.endsWith("n't"));
}

const withoutPunctuation = (word: string): string => word.replace(/^[ ,.;:()?!]+|[ ,.;:()?!]+$/g, '');

const bareWord = (word: string): string => withoutPunctuation(word).toLowerCase();

/** Words without function words at either end. */
function trimmed(words: readonly string[]): string[] {
  const says = (word: string): boolean => word !== '' && !FUNCTION_WORDS.has(word.toLowerCase());
  const first = words.findIndex(says);
  return first < 0 ? [] : words.slice(first, words.findLastIndex(says) + 1);
}
