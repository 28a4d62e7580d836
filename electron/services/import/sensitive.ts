/**
 * Names of what people must not be chosen by: the special categories of data of the GDPR (article 9) and the
 * characteristics that the EU Charter (article 21) protects. Words are matched whole, so that "page" is no age.
 */
const SENSITIVE =
  /(^|[^a-z])(age|ages|aged|birth|birthday|birthdate|birth ?year|year ?birth|dob|gender|sex|male|female|pregnan(t|cy)|marital|married|marriage|civil ?status|divorced|widowed|ethnic|ethnicity|race|racial|colou?r of skin|skin|religion|religious|faith|church|nationality|citizenship|citizen|immigrant|migrant|migration|native ?country|country ?of ?birth|mother ?tongue|disab(led|ility)|health|medical|diagnosis|illness|disease|smoker|genetic|biometric|union|politic(s|al)|party ?member|orientation|lgbt|criminal|conviction)([^a-z]|$)/;

/** Whether a column's name is that of something sensitive; a proposal, which a person confirms or not. */
export function seemsSensitive(name: string): boolean {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_.-]+/g, ' ');
  return SENSITIVE.test(words.toLowerCase());
}
