import { type Command, Option } from 'commander';
import { FILE_OPTIONS } from './define.ts';

/** Options of every command. */
export function addGlobalOptions(program: Command): void {
  FILE_OPTIONS.add('--credential-file');
  program
    .addOption(new Option('--json', 'print exactly one JSON document, errors too'))
    .addOption(new Option('--url <url>', 'address of the service (COUNTERSIGN_URL; else the service that runs in this clone)'))
    .addOption(
      new Option('--credential <secret>', 'credential (COUNTERSIGN_CREDENTIAL). Others on this machine can see it in the process list'),
    )
    .addOption(new Option('--credential-file <file>', 'file that holds the credential (COUNTERSIGN_CREDENTIAL_FILE)'))
    .addOption(new Option('--wallet <id or name>', 'which wallet, where there is more than one'));
}

export const EXIT_CODE_HELP: string = `
Exit codes:
  0  done                        5  conflict: the state of things forbids it
  1  unexpected                  6  the service, the chain or the signer is not available
  2  wrong use                   7  the owner did not sign: no, nobody to ask, or refused by this tool
  3  denied by the policy        8  the audit log does not verify
  4  not found`;
