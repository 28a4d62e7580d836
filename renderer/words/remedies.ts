import type { Failure } from '../../electron/ipc/message.js';

/** What to do about a failure of a code, in the window's words; a function where it depends on the place. */
type Remedies = Partial<Record<string, string | ((place: Failure['place']) => string)>>;

/** Remedies of failures whose own remedy is written for the command line or a recipe. */
export const windowRemedies: Remedies = {
  // Import
  'no-id-column':
    'choose “Customer id” above its column in the preview; a file without ids needs a column of them, and a file without a header line its names',
  'ids-do-not-match':
    'check that this is the same kind of id, or choose “Customer id” above the right column in the preview',
  'file-no-usable-rows':
    'check which column is the customer id, and what separates the columns; added rows are read as those of the file that they are added to',
  'columns-differ': 'give it the same columns in the same order, or import it as a file of its own',
  'source-missing': 'it may have been deleted; the files of this workspace are listed under Data',
  'removed-missing': 'it may have been deleted for good; import it again',
  'file-missing': 'it may have been moved or deleted since; put it back, or choose it again where it is now',
  'unknown-column': 'the columns of each file are shown under Data',
  'hide-invalid': 'write COLUMN=VALUE or FILE:COLUMN=VALUE in the recipe',
  // Model
  'model-missing': 'restore the models folder that came with this version, or install the app again',
  'graph-unloadable': 'restore the models folder that came with this version, or install the app again',
  'graph-failed': 'try again; if it happens again, report it with the copied text',
  'device-unknown': 'start the app again; if it happens again, report it with the copied text',
  'device-unusable': 'start the app again; if it happens again, report it with the copied text',
  'not-encoded': 'rank by any instruction, which reads the customers again, and try again',
  // Workspace
  'workspace-missing': 'open it where it is now, or make a new one',
  'workspace-foreign': 'choose a .instructue file; nothing was changed',
  // Outcomes and examples
  'id-column-missing': 'call the column of customer ids user_id in the file, and choose the file again',
  'labels-value': 'write 1 and 0, or yes and no, into the file; an empty cell is an unknown outcome',
  'labels-positive': 'write 1 and 0, or yes and no, into the file',
  'seeds-labelled': ({ column }) =>
    `choose ${column ?? 'this column'} as the one that says who fits, or choose a file with the ids alone of those that fit`,
  'outcome-unclear': 'choose one of them, or a file with the ids alone of those who did it',
  'tuned-missing': 'the versions that there are stand under Tune',
  // Fits
  'fit-missing': 'it may have been deleted; the fits that there are stand under Learn',
  'fit-unfinished': 'under Learn let it go on, or delete it and learn anew',
  'fit-not-deleted': 'delete it first, under Learn',
  'fit-of-other-model': 'learn anew, or stop using this fit, under Learn',
  'tuned-fit-deleted': 'bring the fit back (Undo under Learn), or tune again',
  'tuned-other-fit': 'tune again with the fit that you want, or name no fit',
  'export-fit-deleted': 'bring it back (Undo under Learn) and try again',
  // Recipes
  'offers-rules':
    'leave it out of the recipe: in its offers, "contacts" and "capacity" say how many, and each offer may have its own "labels"',
  'recipe-missing': 'it may have been moved or deleted since; choose it again where it is now',
};

/** What the window says that a person can do about a failure. */
export function remedyOf({ code, place, remedy }: Pick<Failure, 'code' | 'place' | 'remedy'>): string {
  const own = windowRemedies[code];
  if (own === undefined) return remedy;
  return typeof own === 'string' ? own : own(place);
}
