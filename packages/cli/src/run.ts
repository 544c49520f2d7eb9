import { type Command, CommanderError } from 'commander';
import type { World } from './invocation.ts';
import { EXIT_CODES, type ExitCode, misuse, type Outcome } from './outcome.ts';
import { report } from './output/report.ts';
import { buildProgram } from './program/build-program.ts';
import type { Dispatch } from './program/define.ts';

export const VERSION = '0.1.0';

/** Runs one command line (without node and script) and gives the exit code. Prints everything that is to be printed. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const { terminal } = world;
  const json = argv.includes('--json');
  let outcome: Outcome | null = null;
  const dispatch: Dispatch = async (load, command) => {
    const handler = await load();
    outcome = await handler({ world, options: command.optsWithGlobals(), args: command.processedArgs as readonly (string | undefined)[] });
  };
  const program = buildProgram(VERSION, dispatch);
  let helpText = '';
  quiet(program, (text) => {
    helpText += text;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(unexpected(error), terminal, json);
    if (error.exitCode === 0) {
      terminal.print(json ? `${JSON.stringify({ text: helpText })}\n` : helpText);
      return EXIT_CODES.ok;
    }
    return report(wrongUse(error, helpText), terminal, json);
  }
  if (outcome === null) throw new Error('a command ended without an outcome');
  return report(outcome, terminal, json);
}

/** Commander throws instead of exiting, and its text goes to `write`. */
function quiet(command: Command, write: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeOut: write, writeErr: write, getOutHasColors: () => false, getErrHasColors: () => false });
  for (const child of command.commands) quiet(child, write);
}

/** A group without its command shows its help, which is no success. */
function wrongUse(error: CommanderError, helpText: string): Outcome {
  if (error.code === 'commander.help') {
    const failure = misuse('a command is missing', 'choose one of those above');
    return { ok: false, error: { ...failure.error, details: helpText.trimEnd().split('\n') } };
  }
  return misuse(
    error.message
      .replace(/^error: /, '')
      .split('\n')
      .join(' '),
    'add --help to see what it takes',
  );
}

function unexpected(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const trace = process.env['COUNTERSIGN_DEBUG'] && error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return {
    ok: false,
    error: {
      exitCode: EXIT_CODES.unexpected,
      code: 'unexpected',
      message: `something unexpected happened: ${message}`,
      remedy: 'set COUNTERSIGN_DEBUG=1 to see where, and report it',
      details: trace,
    },
  };
}
