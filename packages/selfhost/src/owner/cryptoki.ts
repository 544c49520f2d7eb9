/** The numbers of PKCS #11 (v3.0) that an owner key needs; pkcs11js does not name those of Ed25519. */
export const CK = {
  CKF_SERIAL_SESSION: 0x4,
  CKU_USER: 1,
  CKO_PUBLIC_KEY: 2,
  CKO_PRIVATE_KEY: 3,
  CKA_CLASS: 0x0,
  CKA_LABEL: 0x3,
  CKA_KEY_TYPE: 0x100,
  CKA_ID: 0x102,
  CKA_SENSITIVE: 0x103,
  CKA_EXTRACTABLE: 0x162,
  CKA_EC_PARAMS: 0x180,
  CKA_EC_POINT: 0x181,
  CKK_EC_EDWARDS: 0x40,
  CKM_EDDSA: 0x1057,
} as const;

type Handle = Buffer;
interface Attribute {
  readonly type: number;
  readonly value?: Buffer | string | number | boolean;
}

/** The part of pkcs11js that is used. Every call throws an error with Cryptoki's return value in `code`. */
export interface Cryptoki {
  load(library: string): void;
  close(): void;
  C_Initialize(): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): readonly Handle[];
  C_GetTokenInfo(slot: Handle): { readonly label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, user: number, pin: string): void;
  C_Logout(session: Handle): void;
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
  C_FindObjects(session: Handle, most: number): readonly Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: readonly Attribute[]): readonly { readonly value: Buffer }[];
  C_SignInit(session: Handle, mechanism: { readonly mechanism: number }, key: Handle): void;
  C_SignAsync(session: Handle, message: Buffer, signature: Buffer): Promise<Buffer>;
}

/**
 * Loads pkcs11js, a native package that this one does not install (it needs a C++ compiler): `null` when it is not there. `addon`: its name, or the
 * path of its main file.
 */
export async function loadCryptoki(addon: string): Promise<Cryptoki | null> {
  try {
    const { PKCS11 } = ((await import(addon)) as { readonly default: { readonly PKCS11: new () => Cryptoki } }).default;
    return new PKCS11();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(code)) return null;
    throw error;
  }
}
