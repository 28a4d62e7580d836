import { beforeEach } from 'vitest';

// The tests of a file are the steps of one person's path through the app: after a failed step the rest of that file
// would only wait in vain.
beforeEach(({ task, skip }) => {
  skip(task.suite?.tasks.some(({ result }) => result?.state === 'fail') ?? false, 'an earlier step failed');
});
