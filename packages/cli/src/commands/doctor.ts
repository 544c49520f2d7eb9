import { findServiceFile } from '../connection/service-file.ts';
import type { Handler } from '../invocation.ts';
import { answer, EXIT_CODES } from '../outcome.ts';
import { checkLocal, type Finding } from '../support/doctor-local.ts';
import { checkService } from '../support/doctor-service.ts';
import { checkWallets } from '../support/doctor-wallets.ts';

/** `doctor`: one line for each thing that is looked at, with what to do about each that is wrong. */
const doctor: Handler = async (invocation) => {
  const file = findServiceFile(invocation.world.cwd);
  if (!file.ok) return file;
  const findings: readonly Finding[] = [
    ...checkLocal(file.value, invocation.world.env),
    ...(await checkService(invocation)),
    ...(await checkWallets(invocation)),
  ];
  const warnings = findings.filter(({ warning }) => warning === true).length;
  const wrong = findings.filter(({ ok }) => !ok);
  const unavailable = wrong.some(({ name }) => name.startsWith('service'));
  return answer(
    { ok: wrong.length === 0, checks: findings },
    [
      ...findings.map(lineOf),
      '',
      wrong.length === 0 ? '✓ nothing is wrong' : `✗ ${wrong.length} of ${findings.length} need attention`,
      ...(warnings === 0 ? [] : [`! ${warnings} to be thought of`]),
    ],
    wrong.length === 0 ? EXIT_CODES.ok : unavailable ? EXIT_CODES.unavailable : EXIT_CODES.unexpected,
  );
};
export default doctor;

function lineOf({ name, ok, warning, detail, remedy }: Finding): string {
  const mark = !ok ? '✗' : warning === true ? '!' : '✓';
  return `${mark} ${name}: ${detail}${mark === '✓' ? '' : `: ${remedy}`}`;
}
