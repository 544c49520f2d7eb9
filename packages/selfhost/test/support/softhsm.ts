import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Installed, installOnce, runTool } from '@countersign/testkit';
import { CK, type Cryptoki } from '../../src/owner/cryptoki.ts';

const LIBRARIES: readonly string[] = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];
const PACKAGE = 'pkcs11js@2.1.7';
const [CKM_EC_EDWARDS_KEY_PAIR_GEN, CKF_RW_SESSION] = [0x1055, 0x2];
const [CKA_TOKEN, CKA_PRIVATE, CKA_SIGN, CKA_VERIFY] = [0x1, 0x2, 0x108, 0x10a];

/** What a test of PKCS #11 brings along: SoftHSM's library, and pkcs11js. */
export type Tools = { readonly ok: true; readonly library: string; readonly addon: string } | { readonly ok: false; readonly why: string };

/** Debian's softhsm2 is installed where the test runs as root and the archive is reachable; pkcs11js is built once for each user. */
export async function installTools(): Promise<Tools> {
  const library = await findSofthsm();
  if (library === null) return { ok: false, why: 'softhsm2 is not installed' };
  const built: Installed = await installOnce(PACKAGE.replace('@', '-'), async (folder) => {
    const npm = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false', PACKAGE];
    await runTool('npm', npm, { timeoutMs: 180_000 });
    if (!existsSync(join(folder, 'node_modules/pkcs11js/build/Release/pkcs11.node'))) throw new Error('pkcs11js was not built');
  });
  return built.ok
    ? { ok: true, library, addon: join(built.folder, 'node_modules/pkcs11js/index.js') }
    : { ok: false, why: `${PACKAGE} could not be installed: ${built.why}` };
}

async function findSofthsm(): Promise<string | null> {
  const find = (): string | null => LIBRARIES.find((path) => existsSync(path)) ?? null;
  if (find() !== null || process.getuid?.() !== 0) return find();
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runTool('apt-get', ['install', '-y', '--no-install-recommends', 'softhsm2'], { timeoutMs: 120_000, env }).catch(() => undefined);
  return find();
}

export interface SoftToken {
  readonly tokenLabel: string;
  readonly pin: string;
  /** Makes an Ed25519 key pair in it. */
  addKey(label: string, given?: { readonly extractable?: boolean }): void;
}

interface KeyMaker extends Cryptoki {
  C_GenerateKeyPair(session: Buffer, mechanism: object, publicTemplate: readonly object[], privateTemplate: readonly object[]): unknown;
}

/** A new token in `folder`; SoftHSM finds it by SOFTHSM2_CONF, which this sets. */
export async function createSoftToken(tools: Tools & { readonly ok: true }, folder: string): Promise<SoftToken> {
  const [tokens, configuration] = [join(folder, 'tokens'), join(folder, 'softhsm2.conf')];
  await mkdir(tokens, { recursive: true });
  await writeFile(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = configuration;
  const [tokenLabel, pin] = ['countersign test', '1234'];
  const init = ['--init-token', '--free', '--label', tokenLabel, '--pin', pin, '--so-pin', '5678'];
  await runTool('softhsm2-util', init, { timeoutMs: 30_000 });
  return { tokenLabel, pin, addKey: (label, { extractable = false } = {}) => addKey(tools, pin, label, extractable) };
}

function addKey(tools: Tools & { readonly ok: true }, pin: string, label: string, extractable: boolean): void {
  const { PKCS11 } = createRequire(import.meta.url)(tools.addon) as { readonly PKCS11: new () => KeyMaker };
  const cryptoki = new PKCS11();
  cryptoki.load(tools.library);
  cryptoki.C_Initialize();
  try {
    const [slot] = cryptoki.C_GetSlotList(true);
    if (slot === undefined) throw new Error('there is no token');
    const session = cryptoki.C_OpenSession(slot, CK.CKF_SERIAL_SESSION | CKF_RW_SESSION);
    cryptoki.C_Login(session, CK.CKU_USER, pin);
    const common = (type: number): readonly object[] => [
      { type: CK.CKA_CLASS, value: type },
      { type: CK.CKA_KEY_TYPE, value: CK.CKK_EC_EDWARDS },
      { type: CKA_TOKEN, value: true },
      { type: CK.CKA_LABEL, value: label },
    ];
    const publicHalf = [
      ...[...common(CK.CKO_PUBLIC_KEY), { type: CKA_VERIFY, value: true }],
      { type: CK.CKA_EC_PARAMS, value: Buffer.from('130c656477617264733235353139', 'hex') },
    ];
    const privateHalf = [
      ...[...common(CK.CKO_PRIVATE_KEY), { type: CKA_SIGN, value: true }, { type: CKA_PRIVATE, value: true }],
      ...[
        { type: CK.CKA_SENSITIVE, value: !extractable },
        { type: CK.CKA_EXTRACTABLE, value: extractable },
      ],
    ];
    cryptoki.C_GenerateKeyPair(session, { mechanism: CKM_EC_EDWARDS_KEY_PAIR_GEN }, publicHalf, privateHalf);
    cryptoki.C_CloseSession(session);
  } finally {
    cryptoki.C_Finalize();
    cryptoki.close();
  }
}
