import { aborted, type Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';

/** The owner types yes, or said so beforehand with `--yes`. Without a terminal and without `--yes` nobody consents. */
export async function askConsent(terminal: Terminal, yes: boolean): Promise<Result<void, Failure>> {
  if (yes) return good(undefined);
  if (!terminal.interactive)
    return aborted(
      'the owner has to say yes and there is no terminal to ask at',
      'run it at a terminal, or add --yes when you have read what it signs',
    );
  const said = await terminal.ask('Type yes to sign: ');
  return said?.trim() === 'yes' ? good(undefined) : aborted('you did not say yes', 'nothing was signed');
}
