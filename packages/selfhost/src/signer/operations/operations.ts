import type { SignerState } from '../signer-state.ts';
import type { Fields } from '../wire/fields.ts';
import { createKey } from './create-key.ts';
import { createAddress, feeAccount } from './create-key-address.ts';
import { destroyKey } from './destroy-key.ts';
import { hello } from './hello.ts';
import { installBounds } from './install-bounds.ts';
import { prepareKey } from './prepare-key.ts';
import { readBackup } from './read-backup.ts';
import { replaceOwner } from './replace-owner.ts';
import { restoreKey } from './restore-key.ts';
import { restoreReceipts } from './restore-receipts.ts';
import { resume } from './resume.ts';
import { rotateKey } from './rotate-key.ts';
import { open, seal } from './sealed-bytes.ts';
import { sign } from './sign.ts';
import { signFee } from './sign-fee.ts';
import { status } from './status.ts';
import { suspend } from './suspend.ts';

/** Reads its fields to the end, acts, and gives the content of `ok`. */
export type Operation = (state: SignerState, fields: Fields) => Promise<object>;

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['hello', hello],
  ['create_key', createKey],
  ['prepare_key', prepareKey],
  ['rotate_key', rotateKey],
  ['replace_owner', replaceOwner],
  ['read_backup', readBackup],
  ['restore_key', restoreKey],
  ['install_bounds', installBounds],
  ['sign', sign],
  ['suspend', suspend],
  ['resume', resume],
  ['destroy_key', destroyKey],
  ['status', status],
  ['fee_account', feeAccount],
  ['create_address', createAddress],
  ['sign_fee', signFee],
  ['restore_receipts', restoreReceipts],
  ['seal', seal],
  ['open', open],
]);
