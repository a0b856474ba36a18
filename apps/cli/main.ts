import { runCli } from './src/cli.start.ts';

await runCli();
