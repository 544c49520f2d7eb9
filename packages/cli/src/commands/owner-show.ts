import { resolve } from 'node:path';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { facts } from '../output/table.ts';
import { locateOwnerKey } from '../owner-key/locate.ts';
import { readOwner } from '../owner-key/open-key.ts';
import { good } from '../result.ts';

/** `owner show`: the public key of a sealed file; asks for no passphrase. */
const ownerShow: Handler = async (invocation) => {
  const [named] = invocation.args;
  const place =
    named === undefined ? locateOwnerKey(invocation) : good({ path: resolve(invocation.world.cwd, named), passphraseFile: null });
  if (!place.ok) return place;
  const { path } = place.value;
  const owner = await readOwner(path);
  return owner.ok
    ? answer(
        { owner: owner.value, file: path },
        facts([
          ['owner', owner.value],
          ['file', path],
        ]),
      )
    : owner;
};
export default ownerShow;
