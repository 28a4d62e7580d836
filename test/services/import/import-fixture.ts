import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFiles, type ImportOptions, type ImportReport } from '../../../electron/services/import/import.js';
import type { FileKind } from '../../../electron/services/import/sources.js';
import { openWorkspace, type Row, type Workspace } from '../../../electron/services/workspace/workspace.js';

/** An empty workspace in a folder of its own, with short ways to write files and import them. */
export class ImportFixture {
  private constructor(
    readonly folder: string,
    readonly workspace: Workspace,
  ) {}

  static async make(): Promise<ImportFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'import-'));
    return new ImportFixture(folder, await openWorkspace(join(folder, 'w.instructue'), { create: true }));
  }

  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  async import(
    kind: FileKind,
    name: string,
    content: string | Buffer,
    options: ImportOptions = {},
  ): Promise<ImportReport> {
    const [report] = await importFiles(this.workspace, [{ kind, path: this.write(name, content) }], options);
    return report!;
  }

  rows(fileId: number): Promise<Row[]> {
    return this.workspace.all(`SELECT * FROM rows_${fileId} ORDER BY rowid`);
  }

  rejects(): Promise<Row[]> {
    return this.workspace.all('SELECT line, column_name, reason, raw FROM rejects ORDER BY file_id, line');
  }

  remove(): void {
    this.workspace.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
