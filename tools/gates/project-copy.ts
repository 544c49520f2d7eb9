import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../start/root.ts';

/** A copy of the sources in which a test plants violations; its node_modules are links, those of the workspaces into the copy itself. */
export interface ProjectCopy {
  readonly path: string;
  /** Writes a file, and answers its path from the root. */
  plant(path: string, text: string): string;
  remove(): void;
}

const SKIPPED = /\/(node_modules|\.types|generated|target|data)$/;

export function copyProject(): ProjectCopy {
  const path = mkdtempSync(join(tmpdir(), 'countersign-gates-'));
  for (const name of readdirSync(ROOT)) {
    if (/^(node_modules|data|\.git|coverage|docs)$/.test(name)) continue;
    cpSync(join(ROOT, name), join(path, name), { recursive: true, filter: (source) => !SKIPPED.test(source) });
  }
  const generated = join(ROOT, 'packages', 'solana', 'generated');
  if (existsSync(generated)) symlinkSync(generated, join(path, 'packages', 'solana', 'generated'));
  linkModules(path);
  return {
    path,
    plant(name, text) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
      return name;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function linkModules(path: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(path, 'node_modules')];
  mkdirSync(join(to, '@countersign'), { recursive: true });
  for (const name of readdirSync(from)) if (name !== '@countersign' && name !== '.cache') symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(path, 'packages'))) {
    symlinkSync(join(path, 'packages', name), join(to, '@countersign', name));
    const own = join(ROOT, 'packages', name, 'node_modules');
    if (existsSync(own)) symlinkSync(own, join(path, 'packages', name, 'node_modules'));
  }
}
