import type { Handler, Invocation } from '../invocation.ts';
import { answer, type Failure } from '../outcome.ts';
import { facts } from '../output/table.ts';
import { chooseKey, type KeyChoice } from '../owner-key/key-choice.ts';
import { findChosen } from '../owner-key/open-key.ts';
import type { Result } from '../result.ts';

/** `owner show`: the public key of an owner key, wherever it lives. That of a file needs no passphrase. */
const ownerShow: Handler = async (invocation) => {
  const choice = chosen(invocation);
  if (!choice.ok) return choice;
  const found = await findChosen(invocation, choice.value);
  if (!found.ok) return found;
  const { owner } = found.value;
  await found.value.close();
  const place = choice.value.kind === 'file' ? { file: choice.value.path } : { holder: choice.value.kind };
  return answer({ owner, ...place }, facts([['owner', owner], ...Object.entries(place)]));
};
export default ownerShow;

/** The file that is named as an argument counts as `--owner-key`. */
function chosen(invocation: Invocation): Result<KeyChoice, Failure> {
  const [named] = invocation.args;
  return chooseKey(named === undefined ? invocation : { ...invocation, options: { ...invocation.options, ownerKey: named } });
}
