export { CHAMELEON, chameleonProgram, MOST_ACCOUNTS } from './chameleon.ts';
