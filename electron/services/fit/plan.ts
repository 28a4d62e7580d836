import type { FitPlan } from './fit-versions.js';
import { MOST } from './split-customers.js';

/** Questions of either sort without which there is no fit. */
export const LEAST_ASKED = 8;
/** Judgements at most, and steps from one to the next at least: a judgement takes as long as some ten steps. */
const JUDGEMENTS = 5;
const STEPS_BETWEEN = 12;
/** Questions that are learned from, at most and for every minute that is given: writing them is time that steps do not get. */
const QUESTIONS = 240;
const QUESTIONS_PER_MINUTE = 96;
/** Questions that judge. */
const JUDGING = 48;
/** Share of the time that steps and judgements get at least, however long the questions take. */
const LEAST_STEPPING = 0.4;
/** Share of the steps' time that is left free: the first steps are quicker than most, and states are stored on the way. */
const SPARE = 0.2;

/** Minutes that a fit takes unless it is given others: one for every thousand customers, in halves, at least one and at most five. */
export function usualMinutes(customers: number): number {
  return Math.max(1, Math.round(Math.min(customers, MOST) / 500) / 2);
}

/** Questions of a fit that has so many minutes; of one that is given its steps, as many as there are at most. */
export function wantedQuestions(
  given: { questions?: number; judging?: number; steps?: number },
  minutes: number,
): FitPlan['wanted'] {
  const usual = given.steps === undefined ? Math.min(QUESTIONS, Math.round(QUESTIONS_PER_MINUTE * minutes)) : QUESTIONS;
  return { questions: given.questions ?? Math.max(LEAST_ASKED, usual), judging: given.judging ?? JUDGING };
}

/** Judgements of a fit of so many steps, the one at the end included. */
export function judgementsOf(steps: number): number {
  return Math.max(1, Math.min(JUDGEMENTS, Math.floor(steps / STEPS_BETWEEN)));
}

/**
 * Steps that fit, with their judgements, into what is left of the time.
 * @param seconds for the whole fit
 * @param taken seconds that were spent so far, and that a judgement and a step take
 */
export function stepsThatFit(seconds: number, taken: { spent: number; judgement: number; step: number }): number {
  const left = Math.max(LEAST_STEPPING * seconds, seconds - taken.spent);
  const took = (steps: number): number => judgementsOf(steps) * taken.judgement + (steps * taken.step) / (1 - SPARE);
  let steps = STEPS_BETWEEN;
  while (took(steps + 1) <= left) steps++;
  return steps;
}
