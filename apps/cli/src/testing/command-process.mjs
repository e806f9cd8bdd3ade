/** Does one command after the other, each with the variables the process began with. */
import { main } from '../../dist/main.js';

const variables = { ...process.env };

// Each command listens for what nobody awaits.
process.setMaxListeners(0);
process.on('disconnect', () => process.exit());
process.on('message', async ({ args, end }) => {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
  process.exitCode = undefined;
  await main(args);
  for (const stream of [process.stdout, process.stderr]) stream.write(end);
  process.send(process.exitCode ?? 0);
});
