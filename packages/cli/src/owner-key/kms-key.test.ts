import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createKmsWorld, type KmsWorld } from '../../../cloud/test/kms-world.ts';
import { createOwnerMachine } from '../test-support/owner-files.ts';
import { preparedPayment } from '../test-support/prepared.ts';

const machine = createOwnerMachine();
const { folder, cli } = machine;
let world: KmsWorld;
beforeAll(async () => {
  world = await createKmsWorld();
});
beforeEach(async () => {
  const end = await machine.begin();
  // The SDK finds the user's own lasting keys where it always looks for them.
  vi.stubEnv('AWS_ACCESS_KEY_ID', world.ownerUser.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', world.ownerUser.credentials.secretAccessKey);
  return end;
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await world.double.close();
  machine.end();
});

const serial = (): string => world.ownerUser.mfaSerial ?? '';
const code = (): string => {
  world.double.advance(30_000);
  return world.double.principals.mfaCode(serial());
};
const key = (): readonly string[] => ['--kms', world.keyArn, '--region', world.double.region, '--endpoint', world.double.endpoint];
const session = (): readonly string[] => ['--role', world.roles.ownerRoleArn, '--mfa-serial', serial()];
const signed = (): number => world.double.calls.filter(({ operation, outcome }) => operation === 'Sign' && outcome === 'ok').length;

test('approve --kms signs in the session of the owner, entered with an MFA code from the terminal or a file', async () => {
  machine.service().prepared = [await preparedPayment(world.owner)];
  const asked = await cli(['approve', ...key(), ...session()], { answers: [code(), 'yes'] });
  expect(asked.notes).not.toContain('countersign:');
  expect(asked.out).toContain(`signed by ${world.owner}, the owner`);
  expect(signed()).toBe(1);
  writeFileSync(join(folder, 'code'), `${code()}\n`);
  expect((await cli(['owner', 'show', ...key(), ...session(), '--mfa-code-file', 'code', '--json'])).json()).toMatchObject({
    owner: world.owner,
  });
});
test('without MFA nothing is signed, and each refusal is one line', async () => {
  machine.service().prepared = [await preparedPayment(world.owner)];
  const before = signed();
  for (const [argv, answers] of [
    [[...key()], ['yes']],
    [[...key(), ...session()], ['000000']],
    [[...key(), ...session()], ['12']],
    [[...key(), ...session()], ['']],
  ] as const) {
    const refused = await cli(['approve', ...argv], { answers });
    expect([2, 7], refused.notes).toContain(refused.code);
    expect(refused.notes).toMatch(/^countersign: [^\n]+\n$/);
  }
  expect((await cli(['approve', '--yes', ...key(), ...session()])).notes).toContain('no terminal');
  expect(signed()).toBe(before);
});
