import {
  type Address,
  type DomainError,
  domainError,
  encodeBase58,
  fail,
  guardOwnerKey,
  type IOwnerKeys,
  ok,
  type Result,
} from '@countersign/core';
import { CK, type Cryptoki, loadCryptoki } from './cryptoki.ts';
import { pkcs11Failure } from './pkcs11-failure.ts';

/** The npm package that speaks PKCS #11; installed by who needs it. */
export const PKCS11_ADDON = 'pkcs11js@2.1.7';
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Ed25519 as a curve name (PKCS #11 v3.0) and as an object identifier (RFC 8410). */
const ED25519_PARAMS: readonly string[] = ['130c656477617264733235353139', '06032b6570'];

export interface Pkcs11Key {
  /** The token's library, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly libraryPath: string;
  readonly tokenLabel: string;
  /** Label of the private key and of its public half. */
  readonly keyLabel: string;
  /** Tried once: tokens lock after a few mistakes. */
  readonly pin: string;
  /** `pkcs11js`, or the path of its main file. */
  readonly addon: string;
}

/**
 * An owner key in a token that speaks PKCS #11: a smart card, a USB key, an HSM, SoftHSM. INVARIANT I9: a key that the token would hand out is
 * refused. One at a time in a process.
 */
export async function createPkcs11OwnerKeys(key: Pkcs11Key): Promise<Result<IOwnerKeys, DomainError>> {
  const cryptoki = await loadCryptoki(key.addon);
  if (cryptoki === null)
    return fail(
      domainError('owner_key_unavailable', {
        problem: `the package ${PKCS11_ADDON} is not installed: npm install --no-save ${PKCS11_ADDON} (it needs a C++ compiler)`,
        mayHaveSigned: false,
      }),
    );
  const ends: (() => void)[] = [];
  const end = (): void => {
    for (const each of ends.splice(0).toReversed()) quietly(each);
  };
  try {
    const opened = openToken(cryptoki, key, ends);
    if (opened.ok) return ok(guard(cryptoki, opened.value, end));
    end();
    return opened;
  } catch (error) {
    end();
    return fail(pkcs11Failure(error, false));
  }
}

interface OpenToken {
  readonly session: Buffer;
  readonly privateKey: Buffer;
  readonly owner: Address;
}

function openToken(cryptoki: Cryptoki, key: Pkcs11Key, ends: (() => void)[]): Result<OpenToken, DomainError> {
  cryptoki.load(key.libraryPath);
  ends.push(() => cryptoki.close());
  cryptoki.C_Initialize();
  ends.push(() => cryptoki.C_Finalize());
  const slots = cryptoki.C_GetSlotList(true).filter((slot) => cryptoki.C_GetTokenInfo(slot).label.trimEnd() === key.tokenLabel);
  const [slot] = slots;
  if (slot === undefined || slots.length > 1) return refuse(`there are ${slots.length} tokens with the label "${key.tokenLabel}"`);
  const session = cryptoki.C_OpenSession(slot, CK.CKF_SERIAL_SESSION);
  ends.push(() => cryptoki.C_CloseSession(session));
  cryptoki.C_Login(session, CK.CKU_USER, key.pin);
  ends.push(() => cryptoki.C_Logout(session));
  return findKey(cryptoki, session, key.keyLabel);
}

function findKey(cryptoki: Cryptoki, session: Buffer, label: string): Result<OpenToken, DomainError> {
  const named = { type: CK.CKA_LABEL, value: label };
  const keyType = { type: CK.CKA_KEY_TYPE, value: CK.CKK_EC_EDWARDS };
  const find = (type: number) => findObjects(cryptoki, session, [{ type: CK.CKA_CLASS, value: type }, keyType, named]);
  const [privateKeys, publicKeys] = [find(CK.CKO_PRIVATE_KEY), find(CK.CKO_PUBLIC_KEY)];
  const [privateKey, publicKey] = [privateKeys[0], publicKeys[0]];
  if (privateKey === undefined || publicKey === undefined || privateKeys.length > 1 || publicKeys.length > 1)
    return refuse(`the token has ${privateKeys.length} private and ${publicKeys.length} public Ed25519 keys with the label "${label}"`);
  const read = (object: Buffer, type: number): Buffer =>
    cryptoki.C_GetAttributeValue(session, object, [{ type }])[0]?.value ?? Buffer.alloc(0);
  if (read(privateKey, CK.CKA_EXTRACTABLE)[0] !== 0 || read(privateKey, CK.CKA_SENSITIVE)[0] !== 1)
    return refuse('the key can be taken out of the token: make one that is sensitive and not extractable');
  const owner = parsePoint(read(publicKey, CK.CKA_EC_PARAMS), read(publicKey, CK.CKA_EC_POINT));
  return owner === null ? refuse('the public key is not an Ed25519 key') : ok({ session, privateKey, owner });
}

function findObjects(cryptoki: Cryptoki, session: Buffer, template: Parameters<Cryptoki['C_FindObjectsInit']>[1]): readonly Buffer[] {
  cryptoki.C_FindObjectsInit(session, template);
  try {
    return cryptoki.C_FindObjects(session, 2);
  } finally {
    cryptoki.C_FindObjectsFinal(session);
  }
}

/** The point is 32 bytes, bare or as a DER OCTET STRING. */
function parsePoint(params: Buffer, point: Buffer): Address | null {
  if (!ED25519_PARAMS.includes(params.toString('hex'))) return null;
  const wrapped = point.length === KEY_BYTES + 2 && point[0] === 0x04 && point[1] === KEY_BYTES;
  const bytes = wrapped ? point.subarray(2) : point;
  return bytes.length === KEY_BYTES ? (encodeBase58(bytes) as Address) : null;
}

function guard(cryptoki: Cryptoki, { session, privateKey, owner }: OpenToken, end: () => void): IOwnerKeys {
  /** A session signs one message at a time. */
  let last: Promise<unknown> = Promise.resolve();
  const signNext = async (bytes: Uint8Array): Promise<Buffer> => {
    cryptoki.C_SignInit(session, { mechanism: CK.CKM_EDDSA }, privateKey);
    return cryptoki.C_SignAsync(session, Buffer.from(bytes), Buffer.alloc(SIGNATURE_BYTES));
  };
  return guardOwnerKey({
    ...{ holder: 'pkcs11', owner, limitBytes: null, mayWrapTexts: false },
    sign: async ({ bytes }) => {
      const mine = last.then(() => signNext(bytes));
      last = mine.catch(() => undefined);
      try {
        return ok(Uint8Array.from(await mine));
      } catch (error) {
        return fail(pkcs11Failure(error, true));
      }
    },
    close: async () => {
      await last;
      end();
    },
  });
}

function refuse(problem: string): Result<never, DomainError> {
  return fail(domainError('owner_key_refused', { problem }));
}

/** Ending what is ending anyway, as when a token was pulled out, has nothing to report. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {}
}
