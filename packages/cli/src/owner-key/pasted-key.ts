import { createPastedOwnerKeys, type ToSignElsewhere } from '@countersign/selfhost';
import { aborted } from '../outcome.ts';
import { shortHash } from '../output/checked-lines.ts';
import { good } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import type { FoundKey } from './found-key.ts';
import type { PastedChoice } from './key-choice.ts';

/** A key in an external wallet: what is to be signed is shown exactly, and the signature is pasted at the terminal. */
export function pastedKey({ owner }: PastedChoice, terminal: Terminal): FoundKey {
  const read = async (toSign: ToSignElsewhere): Promise<string | null> => {
    for (const line of asked(owner, toSign)) terminal.note(line);
    return terminal.ask('Signature (base58, base64 or hex; empty: none): ').then((given) => given?.trim() || null);
  };
  return {
    owner,
    open: async () =>
      terminal.interactive
        ? good(createPastedOwnerKeys({ owner, read }))
        : aborted('a signature has to be pasted and there is no terminal to ask at', 'run it at a terminal'),
    close: async () => undefined,
  };
}

/** The exact bytes. A text came in one of the forms that are parsed to the last character, which have nothing invisible. */
function asked(owner: string, { text, base64, sha256, problem }: ToSignElsewhere): readonly string[] {
  if (problem !== null) return [`! ${problem}. Once more:`];
  const hash = `SHA-256 ${shortHash(sha256)} …`;
  if (text !== null) return ['', `Sign this text with ${owner}, exactly, to its last line break if it ends with one (${hash}):`, '', text];
  return ['', `Sign this transaction message with ${owner} (base64, ${hash}):`, '', base64, ''];
}
