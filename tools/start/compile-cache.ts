import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Node keeps compiled code, so that a second start is several times faster; in the user's own cache, shared by all clones. */
export const COMPILE_CACHE: string = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'countersign', 'compiled');
