import type { Invocation } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Signers } from './found-key.ts';
import { chooseNewOwnerKey } from './key-choice.ts';
import { findChosen, findKey } from './open-key.ts';

/** The owner key, and with `--new-owner-key` the one that takes its place. */
export async function findSigners(invocation: Invocation): Promise<Result<Signers, Failure>> {
  const first = await findKey(invocation);
  if (!first.ok) return first;
  const choice = chooseNewOwnerKey(invocation);
  if (choice === null) return good([first.value]);
  const second = await findChosen(invocation, choice);
  if (!second.ok) return second;
  if (second.value.owner === first.value.owner)
    return misuse(`--new-owner-key is ${first.value.owner}, the key that signs already`, 'name the file of the new owner key');
  return good([first.value, second.value]);
}
