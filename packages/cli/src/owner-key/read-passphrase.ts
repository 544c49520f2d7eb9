import { readPassphraseFile } from '@countersign/selfhost';
import { aborted, type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';

const SHORTEST_NEW_BYTES = 12;

/** The passphrase as bytes, from a file or the terminal, never from the command line. The caller wipes it. */
export async function readPassphrase(file: string | null, terminal: Terminal, question: string): Promise<Result<Buffer, Failure>> {
  if (file !== null) return fromFile(file);
  if (!terminal.interactive)
    return aborted(
      'the passphrase of the owner key is needed and there is no terminal to ask at',
      'give --passphrase-file or set COUNTERSIGN_OWNER_PASSPHRASE_FILE',
    );
  const typed = await terminal.askSecret(question);
  if (typed === null || typed.length === 0) return aborted('no passphrase was given', 'nothing was signed');
  return good(Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength));
}

/** A passphrase for a new key: from a file, or typed twice. */
export async function choosePassphrase(file: string | null, terminal: Terminal): Promise<Result<Buffer, Failure>> {
  const chosen = file === null ? await typedTwice(terminal) : fromFile(file);
  if (!chosen.ok) return chosen;
  if (chosen.value.length >= SHORTEST_NEW_BYTES) return chosen;
  chosen.value.fill(0);
  return misuse(`the passphrase is shorter than ${SHORTEST_NEW_BYTES} bytes`, 'choose a longer one: five random words are good');
}

async function typedTwice(terminal: Terminal): Promise<Result<Buffer, Failure>> {
  if (!terminal.interactive) return aborted('a passphrase is needed and there is no terminal to ask at', 'give --passphrase-file');
  const first = await terminal.askSecret('New passphrase for the owner key (nobody can recover it): ');
  const second = first === null ? null : await terminal.askSecret('The same again: ');
  const same = first !== null && second !== null && Buffer.from(first).equals(second);
  second?.fill(0);
  if (same && first !== null) return good(Buffer.from(first.buffer, first.byteOffset, first.byteLength));
  first?.fill(0);
  return aborted(
    first === null || second === null ? 'no passphrase was given' : 'the two passphrases differ',
    'nothing was made; try again',
  );
}

function fromFile(path: string): Result<Buffer, Failure> {
  try {
    return good(readPassphraseFile(path));
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'it cannot be read';
    return misuse(
      `the passphrase file ${path} cannot be used (${problem})`,
      'it must be a file of yours with mode 600 that holds the passphrase',
    );
  }
}
