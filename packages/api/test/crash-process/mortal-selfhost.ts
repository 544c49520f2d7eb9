import { createSignerClient as create } from '@countersign/selfhost';
import { mortal } from './mortal.ts';

export { disableCoreDumps, KDF_FLOOR, openSealedOwnerKey } from '@countersign/selfhost';

export const createSignerClient: typeof create = (options) => mortal('keys', create(options));
