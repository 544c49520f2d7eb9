#!/usr/bin/env node
// Plain JavaScript for any Node from 20 on: runs src/main.ts here when this Node is new enough, else under the Node 24 of this clone.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const compileCache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'countersign', 'compiled');

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  // Keeps compiled code in the user's own cache folder: a second start is several times faster.
  nodeModule.enableCompileCache?.(compileCache);
  await import('../src/main.ts');
} else {
  const node = nodeBinary();
  if (node === undefined) {
    process.stderr.write('countersign: the Node 24 of this clone is missing: run "npm install"\n');
    process.exit(1);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? compileCache },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`countersign: cannot start ${node}: ${error.message}: run "npm install"\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

/** The binary of the npm package `node`, from this package's folder upward. */
function nodeBinary() {
  for (let folder = dirname(main); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
