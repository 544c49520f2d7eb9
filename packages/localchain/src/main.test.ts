import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startLocalchain } from './start-localchain.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

async function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'], env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}

describe('the process', () => {
  test('what is wrong is one line and exit code 1', async () => {
    const chain = await startLocalchain();
    const port = new URL(chain.url).port;
    try {
      for (const [args, line] of [
        [['--port', port], `port ${port} on 127.0.0.1 is in use`],
        [['--port', '99999'], '--port is "99999"'],
        [['--slot-ms', '0'], '--slot-ms is "0"'],
        [['--nonsense'], "Unknown option '--nonsense'"],
        [['--port', '0', '--data', '/proc/nothing/here'], 'the data folder /proc/nothing/here cannot be used'],
        [['--port', '0', '--data', `${MAIN}/below`], `the data folder ${MAIN}/below cannot be used`],
        [['--port', '0', '--program-so', MAIN], 'is not the Squads v4 program of mainnet'],
      ] as const) {
        if (args.includes('--program-so' as never) && process.env['COUNTERSIGN_PROGRAM_SOURCE'] === 'crate') continue;
        const { code, stderr } = await run(args);
        expect(code).toBe(1);
        expect(stderr).toContain(line);
        expect(stderr.trim().split('\n').length).toBe(1);
      }
    } finally {
      await chain.close();
    }
  });

  test('it ends well when it is told to, and with its parent', async () => {
    const chain = await startLocalchain();
    process.kill(chain.pid, 'SIGTERM');
    expect(await chain.exited).toBe(0);
    const other = await startLocalchain();
    await other.close();
    expect(await other.exited).toBe(0);
  });
});
