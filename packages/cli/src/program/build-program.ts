import { Command } from 'commander';
import { addApprovalCommands } from './approvals.ts';
import type { Dispatch } from './define.ts';
import { addGlobalOptions, EXIT_CODE_HELP } from './global-options.ts';
import { addKeyCommands } from './keys.ts';
import { addOwnerCommands } from './owner.ts';
import { addPaymentCommands } from './payments.ts';
import { addPeopleCommands } from './people.ts';
import { addSafetyCommands } from './safety.ts';
import { addTools } from './tools.ts';
import { addWalletCommands } from './wallet.ts';

/** The whole tree of commands. Loads no command's code. */
export function buildProgram(version: string, dispatch: Dispatch): Command {
  const program = new Command('countersign')
    .description(
      'Wallets for AI agents, held by two keys: the agent pays alone inside its limits, you countersign the rest, and you can stop it at once.',
    )
    .version(version)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError(false)
    .helpCommand(true);
  addGlobalOptions(program);
  addPaymentCommands(program, dispatch);
  addApprovalCommands(program, dispatch);
  addSafetyCommands(program, dispatch);
  addKeyCommands(program, dispatch);
  addOwnerCommands(program, dispatch);
  addWalletCommands(program, dispatch);
  addPeopleCommands(program, dispatch);
  addTools(program, dispatch);
  program.addHelpText('after', `${EXIT_CODE_HELP}\n\nExample:\n  $ countersign wallet show`);
  return program;
}
