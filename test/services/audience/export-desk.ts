import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportAudience, type ExportReport, type ExportRequest } from '../../../electron/services/audience/export.js';
import { audienceSpec } from '../../../electron/services/audience/spec.js';
import type { Fixture } from './workspace-fixture.js';

/** What tests of exports do in the folder of a fixture, which is there when they run. */
export interface ExportDesk {
  path(name: string): string;
  write(name: string, content: string): string;
  request(out: string, audience: object, more?: Partial<ExportRequest>): ExportRequest;
  run(wanted: ExportRequest): Promise<ExportReport>;
}

export function exportDesk(fixture: () => Fixture): ExportDesk {
  const path = (name: string): string => join(fixture().folder, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    request: (out, audience, more = {}) => ({
      ask: { target: { instruction: 'buys tea' } },
      audience: audienceSpec.parse(audience),
      format: 'csv',
      out: path(out),
      ...more,
    }),
    run: (wanted) => exportAudience(fixture().workspace, fixture().rank, wanted),
  };
}
