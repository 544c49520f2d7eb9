/** What deciding, reserving and decoding cost, without a service around them: `npm run bench:engine`. Each prints its table and its aim. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../tools/start/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const BENCHES: readonly (readonly string[])[] = [
  [join(ROOT, 'bench', 'decide.ts')],
  [join(ROOT, 'bench', 'decode.ts')],
  [join(ROOT, 'packages', 'postgres', 'bench', 'budget.ts'), folder],
];

let failed = false;
for (const args of BENCHES)
  failed =
    (await new Promise<number | null>((resolve) => spawn(process.execPath, args, { stdio: 'inherit' }).once('close', resolve))) !== 0 ||
    failed;
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
