import type { OptionSpec } from './define.ts';

/** Owner keys that lie in no file and that this tool reaches by itself. */
export const ELSEWHERE: readonly OptionSpec[] = [
  { flags: '--kms <key id>', about: 'the owner key in AWS KMS: its id, ARN or alias' },
  { flags: '--region <region>', about: 'AWS region of the key (AWS_REGION)' },
  { flags: '--endpoint <url>', about: 'for trying it against a double on this machine; nothing else is taken' },
  { flags: '--role <arn>', about: 'the owner role in AWS, entered with an MFA code for 15 minutes' },
  { flags: '--mfa-serial <arn>', about: 'the MFA device whose code is asked for' },
  { flags: '--mfa-code-file <file>', about: 'take the code from a file instead of asking (COUNTERSIGN_MFA_CODE_FILE)', file: true },
  { flags: '--pkcs11 <library>', about: 'the owner key in a token, by the PKCS #11 library of it', file: true },
  { flags: '--token <label>', about: 'which token' },
  { flags: '--key <label>', about: 'which key in the token' },
  { flags: '--pin-file <file>', about: 'take the PIN from a file (mode 600) instead of asking', file: true },
];

const FILE: OptionSpec = {
  flags: '--owner-key <file>',
  about: 'the owner key: a sealed file, or a keypair file of the Solana tools (COUNTERSIGN_OWNER_KEY_FILE)',
  file: true,
};
const PASSPHRASE: OptionSpec = {
  flags: '--passphrase-file <file>',
  about: 'its passphrase (COUNTERSIGN_OWNER_PASSPHRASE_FILE); else you are asked',
  file: true,
};

/** Which sealed file, for what is done to the file itself. */
export const SEALED_FILE: readonly OptionSpec[] = [{ ...FILE, about: 'the sealed owner key (COUNTERSIGN_OWNER_KEY_FILE)' }];
export const SEALED: readonly OptionSpec[] = [...SEALED_FILE, PASSPHRASE];

/** Which owner key signs: every command that signs takes these. */
export const KEY: readonly OptionSpec[] = [
  FILE,
  PASSPHRASE,
  { flags: '--paste <address>', about: 'the owner key in another wallet: you are shown what to sign, and paste the signature' },
  ...ELSEWHERE,
];

export const YES: OptionSpec = { flags: '--yes', about: 'sign what passes every check without asking; never what is not understood' };

/** Carrying by QR code instead of, or beside, a file. */
export const QR: OptionSpec = { flags: '--qr', about: 'show what is carried to the other machine as QR codes, with the text of each' };
