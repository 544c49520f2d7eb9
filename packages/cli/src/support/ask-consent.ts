import { aborted, type Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import type { NotUnderstood } from '../verify/reviewed.ts';

/**
 * The owner types yes, or said so beforehand with `--yes`. Without a terminal and without `--yes` nobody consents. What is not understood is
 * answered for at a terminal alone, word by word.
 */
export async function askConsent(
  terminal: Terminal,
  yes: boolean,
  notUnderstood: readonly NotUnderstood[],
): Promise<Result<void, Failure>> {
  if (yes && notUnderstood.length > 0)
    return aborted(
      '--yes cannot answer for what this tool does not understand',
      'run it at a terminal without --yes, read every line marked UNKNOWN, and type what it asks',
    );
  if (yes) return good(undefined);
  if (!terminal.interactive)
    return aborted(
      'the owner has to say yes and there is no terminal to ask at',
      notUnderstood.length > 0 ? 'run it at a terminal' : 'run it at a terminal, or add --yes when you have read what it signs',
    );
  for (const { word, program } of distinct(notUnderstood)) {
    const asks =
      program === null
        ? `Type ${word} to let through what is not understood: `
        : `Type the first 8 characters of program ${program} to let it run: `;
    if ((await terminal.ask(asks))?.trim() !== word) return aborted('you did not confirm what is not understood', 'nothing was signed');
  }
  const said = await terminal.ask('Type yes to sign: ');
  return said?.trim() === 'yes' ? good(undefined) : aborted('you did not say yes', 'nothing was signed');
}

/** A question that is answered with exactly this word, before something that cannot be taken back; `yes` answered it beforehand. */
export async function askToGoOn(terminal: Terminal, yes: boolean, question: string, word: string = 'yes'): Promise<Result<void, Failure>> {
  if (yes) return good(undefined);
  if (!terminal.interactive)
    return aborted('somebody has to say yes and there is no terminal to ask at', 'run it at a terminal, or add --yes');
  return (await terminal.ask(question))?.trim() === word ? good(undefined) : aborted(`you did not type ${word}`, 'nothing was done');
}

/** One question for each program, and one for all that names none. */
function distinct(all: readonly NotUnderstood[]): readonly NotUnderstood[] {
  return [...new Map(all.map((each) => [each.program, each])).values()];
}
