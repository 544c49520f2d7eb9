import { createHash, createPrivateKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes vectors/statements. Run by hand: `node packages/core/test/make-statement-vectors.ts`. Texts, wrappers and outcomes are written down here, so
 * that the vectors do not repeat what the parser happens to do.
 */
const SEED = Buffer.alloc(32, 7);
const KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
  format: 'der',
  type: 'pkcs8',
});
/** Base58 of the public key of SEED. */
const SIGNER = 'GmaDrppBC7P5ARKV8g3djiwP89vz1jLK23V2GBjuAEGB';

const NETWORK = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const WALLET = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const [ONE, TWO] = ['So11111111111111111111111111111111111111112', 'SysvarC1ock11111111111111111111111111111111'];
const REQUEST = 'tx_01KAQ0ZJ5M8Y7W6V5T4S3R2Q1P';
const NONCE = '00112233445566778899aabbccddeeff';
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const EXPIRES = '2026-11-22T12:00:00Z';

const head = (action: string): readonly string[] => [
  'Countersign owner statement v1',
  `action: ${action}`,
  `network: ${NETWORK}`,
  `wallet: ${WALLET}`,
];
const tail: readonly string[] = [`expires: ${EXPIRES}`, `nonce: ${NONCE}`];
const statement = (action: string, ...body: readonly string[]): string => `${[...head(action), ...body, ...tail].join('\n')}\n`;
const common = { network: NETWORK, wallet: WALLET, expiresAtMs: 1_795_348_800_000, nonce: NONCE };
const revision = ['revision: 7', `policy-sha256: ${A}`, `bounds-sha256: ${B}`];
const revisionFields = { revision: 7, policySha256: A, boundsSha256: B };
const approval = [`request: ${REQUEST}`, `policy-sha256: ${A}`, `message-sha256: ${B}`];
const approvalFields = { request: REQUEST, policySha256: A, messageSha256: B };
const effects = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `Send ${index + 1} lamports to ${ONE}.`);

type Valid = readonly [name: string, text: string, fields: object];
const VALID: readonly Valid[] = [
  ['install-policy', statement('install-policy', ...revision), revisionFields],
  [
    'install-policy, the last revision',
    statement('install-policy', 'revision: 999999999', ...revision.slice(1)),
    { ...revisionFields, revision: 999_999_999 },
  ],
  [
    'rotate-agent-key',
    statement('rotate-agent-key', ...revision, `old-agent: ${ONE}`, `new-agent: ${TWO}`),
    { ...revisionFields, oldAgent: ONE, newAgent: TWO },
  ],
  [
    'replace-owner-key',
    statement('replace-owner-key', ...revision, `old-owner: ${ONE}`, `new-owner: ${TWO}`),
    { ...revisionFields, oldOwner: ONE, newOwner: TWO },
  ],
  ['destroy-key', statement('destroy-key', `agent: ${ONE}`), { agent: ONE }],
  ['approve-request', statement('approve-request', ...approval, 'effect: Pay 5.'), { ...approvalFields, effects: ['Pay 5.'] }],
  [
    'approve-request with a line that looks like another',
    statement('approve-request', ...approval, 'effect: expires: never', 'effect: nonce: none'),
    { ...approvalFields, effects: ['expires: never', 'nonce: none'] },
  ],
  [
    'approve-request with the most effects',
    statement('approve-request', ...approval, ...effects(32).map((each) => `effect: ${each}`)),
    { ...approvalFields, effects: effects(32) },
  ],
  [
    'approve-request with the longest effect, in letters of four bytes',
    statement('approve-request', ...approval, `effect: ${'𝄞'.repeat(600)}`),
    { ...approvalFields, effects: ['𝄞'.repeat(600)] },
  ],
  ['veto-request', statement('veto-request', `request: ${REQUEST}`), { request: REQUEST }],
  ...['freeze', 'unfreeze', 'resume-signer'].map((action): Valid => [action, statement(action), {}]),
];

const freeze = statement('freeze');
const paid = statement('approve-request', ...approval, 'effect: Pay 5.');
const installed = statement('install-policy', ...revision);
const INVALID: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['the title alone', 'Countersign owner statement v1\n'],
  ['another version', freeze.replace('v1', 'v2')],
  ['a title with a space after it', freeze.replace('v1\n', 'v1 \n')],
  ['no last line feed', freeze.slice(0, -1)],
  ['two last line feeds', `${freeze}\n`],
  ['carriage returns', freeze.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\u{feff}${freeze}`],
  ['an unknown action', freeze.replace('freeze', 'thaw')],
  ['the name of an inherited member as action', freeze.replace('freeze', 'toString')],
  ['an action in capitals', freeze.replace('action: freeze', 'action: FREEZE')],
  ['no action', freeze.replace('action: freeze\n', '')],
  ['no space after a colon', freeze.replace('wallet: ', 'wallet:')],
  ['two spaces after a colon', freeze.replace('wallet: ', 'wallet:  ')],
  ['a name in capitals', freeze.replace('wallet: ', 'Wallet: ')],
  ['two lines in another order', freeze.replace(`network: ${NETWORK}\nwallet: ${WALLET}`, `wallet: ${WALLET}\nnetwork: ${NETWORK}`)],
  ['a line twice', freeze.replace(`nonce: ${NONCE}\n`, `nonce: ${NONCE}\nnonce: ${NONCE}\n`)],
  ['a line more', freeze.replace('expires:', 'memo: hello\nexpires:')],
  ['a line of another action', freeze.replace('expires:', `request: ${REQUEST}\nexpires:`)],
  ['an empty line', freeze.replace('expires:', '\nexpires:')],
  ['the lines of another action', freeze.replace('action: freeze', 'action: install-policy')],
  ['a wallet of 31 bytes', freeze.replace(WALLET, '1'.repeat(31))],
  ['a wallet of 33 bytes', freeze.replace(WALLET, `${'1'.repeat(32)}2`)],
  ['a wallet with a letter that base58 lacks', freeze.replace(WALLET, WALLET.replace('9', '0'))],
  ['a network that is a name', freeze.replace(NETWORK, 'mainnet-beta')],
  ['a moment without seconds', freeze.replace(EXPIRES, '2026-11-22T12:00Z')],
  ['a moment with milliseconds', freeze.replace(EXPIRES, '2026-11-22T12:00:00.000Z')],
  ['a moment with an offset', freeze.replace(EXPIRES, '2026-11-22T12:00:00+00:00')],
  ['a day that is not', freeze.replace(EXPIRES, '2026-02-29T12:00:00Z')],
  ['the twenty-fourth hour', freeze.replace(EXPIRES, '2026-11-21T24:00:00Z')],
  ['a leap second', freeze.replace(EXPIRES, '2026-12-31T23:59:60Z')],
  ['a nonce of 15 bytes', freeze.replace(NONCE, NONCE.slice(2))],
  ['a nonce in capitals', freeze.replace(NONCE, NONCE.toUpperCase())],
  ['revision 0', installed.replace('revision: 7', 'revision: 0')],
  ['a revision with a leading zero', installed.replace('revision: 7', 'revision: 07')],
  ['a revision of ten digits', installed.replace('revision: 7', 'revision: 1000000000')],
  ['a revision with a sign', installed.replace('revision: 7', 'revision: +7')],
  ['a revision in Arabic digits', installed.replace('revision: 7', 'revision: ٧')],
  ['a hash in capitals', installed.replace(A, A.toUpperCase())],
  ['a hash that is one digit short', installed.replace(A, A.slice(1))],
  ['a request of another kind', paid.replace('tx_', 'apr_')],
  ['a request in small letters', paid.replace(REQUEST, REQUEST.toLowerCase())],
  ['no effect', paid.replace('effect: Pay 5.\n', '')],
  ['an empty effect', paid.replace('Pay 5.', '')],
  ['an effect with a tab', paid.replace('Pay 5.', 'Pay\t5.')],
  ['an effect that turns the direction of reading', paid.replace('Pay 5.', 'Pay \u{202e}5.')],
  ['an effect with a space of no width', paid.replace('Pay 5.', 'Pay\u{200b} 5.')],
  ['an effect with a line separator', paid.replace('Pay 5.', 'Pay\u{2028}5.')],
  ['an effect with a carriage return', paid.replace('Pay 5.', 'Pay 5.\r')],
  ['an effect of 601 letters', paid.replace('Pay 5.', 'x'.repeat(601))],
  ['33 effects', statement('approve-request', ...approval, ...effects(33).map((each) => `effect: ${each}`))],
  ['no effect, and an end by another name', paid.replace('expires:', 'expires-not:').replace('effect: Pay 5.\n', '')],
  ['an effect between other lines', statement('approve-request', approval[0] ?? '', 'effect: Pay 5.', ...approval.slice(1))],
];

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
/** Of text that is not only printable ASCII: no statement is, for its line feeds. Format 2 where it does not fit into a packet. */
function wrapped(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(body.length);
  const format = body.length > 1_212 ? 2 : 1;
  return Buffer.concat([Buffer.from([0xff]), Buffer.from('solana offchain'), Buffer.from([0, format]), length, body]);
}
const signed = (text: string): object => ({
  sha256: sha256(text),
  wrappedSha256: sha256(wrapped(text)),
  signature: sign(null, Buffer.from(text), KEY).toString('hex'),
  wrappedSignature: sign(null, wrapped(text), KEY).toString('hex'),
});

const DOMAIN = 'countersign.example:8443';
const PURPOSE = 'Look at what waits for the owner. This signs nothing and moves nothing.';
const signIn = [
  `${DOMAIN} wants you to sign in with your Solana account:`,
  SIGNER,
  '',
  PURPOSE,
  '',
  `URI: https://${DOMAIN}`,
  'Version: 1',
  `Chain ID: ${NETWORK}`,
  `Nonce: ${NONCE}`,
  'Issued At: 2026-11-22T11:55:00Z',
  `Expiration Time: ${EXPIRES}`,
].join('\n');
const signInFields = {
  domain: DOMAIN,
  address: SIGNER,
  uri: `https://${DOMAIN}`,
  network: NETWORK,
  nonce: NONCE,
  issuedAtMs: common.expiresAtMs - 300_000,
  expiresAtMs: common.expiresAtMs,
};
const SIGN_INS_REFUSED: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['a last line feed', `${signIn}\n`],
  ['carriage returns', signIn.replaceAll('\n', '\r\n')],
  ['no purpose', signIn.replace(`${PURPOSE}\n\n`, '')],
  ['another purpose', signIn.replace(PURPOSE, 'Approve everything.')],
  ['another line', `${signIn}\nNot Before: ${EXPIRES}`],
  ['resources', `${signIn}\nResources:\n- https://elsewhere.example`],
  ['a scheme before the domain', signIn.replace(DOMAIN, `https://${DOMAIN}`)],
  ['a domain in capitals', signIn.replace(DOMAIN, DOMAIN.toUpperCase())],
  ['a domain with a path', signIn.replace(`${DOMAIN} wants`, `${DOMAIN}/x wants`)],
  ['an account that is no address', signIn.replace(SIGNER, '1'.repeat(33))],
  ['another version', signIn.replace('Version: 1', 'Version: 2')],
  ['a network that is a name', signIn.replace(NETWORK, 'mainnet')],
  ['a nonce in capitals', signIn.replace(NONCE, NONCE.toUpperCase())],
  ['a nonce of 15 bytes', signIn.replace(NONCE, NONCE.slice(2))],
  ['a moment with milliseconds', signIn.replace(EXPIRES, '2026-11-22T12:00:00.000Z')],
  ['a day that is not', signIn.replace('11-22T11', '02-30T11')],
  ['no end', signIn.replace(`\nExpiration Time: ${EXPIRES}`, '')],
  ['an owner statement', freeze],
];

const named = (list: readonly (readonly [string, string])[]): readonly object[] => list.map(([name, text]) => ({ name, text }));
function write(file: string, content: object): void {
  const path = fileURLToPath(new URL(`../../../vectors/statements/${file}`, import.meta.url));
  writeFileSync(path, `${JSON.stringify({ seed: SEED.toString('hex'), signer: SIGNER, ...content }, null, 1)}\n`);
}
write('owner-statements.json', {
  valid: VALID.map(([name, text, fields]) => {
    const action = /^action: (.*)$/m.exec(text)?.[1];
    return { name, text, statement: { action, ...common, ...fields }, ...signed(text) };
  }),
  invalid: named(INVALID),
});
write('sign-ins.json', {
  valid: [{ name: 'with a port', text: signIn, signIn: signInFields, ...signed(signIn) }],
  invalid: named(SIGN_INS_REFUSED),
});
