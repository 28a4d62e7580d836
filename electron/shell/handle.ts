import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { CANCELLED, type Failure, type Message, type Result } from '../ipc/message.js';
import { misfit } from '../ipc/misfit.js';
import { AppError, Cancelled } from '../services/errors.js';
import { isOwnPage } from './protocol.js';

/** What the window is told of a failure. An unforeseen one keeps its first line, which holds no customer data. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) {
    const { code, message, remedy, place } = error;
    return { code, message, remedy, place };
  }
  if (error instanceof Cancelled) return { code: CANCELLED, message: error.message, remedy: '', place: {} };
  console.error(error);
  if (error instanceof z.ZodError) return misfit(error);
  return {
    code: 'unexpected',
    message: error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error),
    remedy: 'try again; if it happens again, report it with the copied text',
    place: {},
  };
}

/**
 * Answers a message. Only the app's own page is heard; what arrives and what is answered must fit the schemas.
 */
export function handle<Request, Answer>(
  message: Message<Request, Answer>,
  answer: (request: Request) => Promise<Answer> | Answer,
): void {
  ipcMain.handle(message.channel, async (event: IpcMainInvokeEvent, request: unknown): Promise<Result<Answer>> => {
    try {
      if (!isOwnPage(event.senderFrame?.url ?? '')) throw new Error('A foreign page asked.');
      return { ok: true, value: message.answer.parse(await answer(message.request.parse(request))) };
    } catch (error) {
      return { ok: false, error: failureOf(error) };
    }
  });
}
