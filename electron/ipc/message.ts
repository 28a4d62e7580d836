import { z } from 'zod';

/** One message of the window's contract: the channel it travels on and what is asked and answered. */
export interface Message<Request, Answer> {
  channel: string;
  request: z.ZodType<Request>;
  answer: z.ZodType<Answer>;
}

/** A message whose types follow from its schemas. */
export function message<Request, Answer>(
  channel: string,
  request: z.ZodType<Request>,
  answer: z.ZodType<Answer>,
): Message<Request, Answer> {
  return { channel, request, answer };
}

/** For messages that ask nothing, and for those that answer nothing. */
export const nothing = z.undefined();

/** A failure as the window shows it: what is wrong, where, and what to do. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  place: z.object({ file: z.string().optional(), line: z.number().optional(), column: z.string().optional() }),
});
export type Failure = z.infer<typeof failureSchema>;

export type Result<Value> = { ok: true; value: Value } | { ok: false; error: Failure };

/** The schema of a result whose value has the schema given. */
export function resultSchema<Value>(value: z.ZodType<Value>) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), error: failureSchema }),
  ]);
}

/** The code of a failure that is a person's own doing: nothing to show. */
export const CANCELLED = 'cancelled';
