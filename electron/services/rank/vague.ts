/** Words that praise without saying for what, and the words for customers beside them. */
const PRAISE = new Set(
  (
    'good better best great excellent perfect ideal nice valuable interesting important relevant special top right suitable ' +
    'promising attractive key favourite favorite preferred cool amazing wonderful'
  ).split(' '),
);
const ANYBODY = new Set(
  (
    'customer customers people person client clients user users buyer buyers shopper shoppers guest guests member members ' +
    'one ones the a an our my your us me we all any some most very really more for to of in and or who which that are is be ' +
    'find show give list get'
  ).split(' '),
);

/** Whether a phrase only praises: no data can tell which customers are meant. */
export function isVague(phrase: string): boolean {
  const words = phrase.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.some((word) => PRAISE.has(word)) && words.every((word) => PRAISE.has(word) || ANYBODY.has(word));
}
