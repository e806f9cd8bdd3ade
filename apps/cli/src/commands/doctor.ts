/** `foveate doctor` */
import type { Command } from 'commander';
import type { DoctorOptions } from '../actions/doctor.js';
import { positive } from './options.js';

/** Adds the command. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what this machine has, and try every engine with a small training step')
    .option('--json', 'print one JSON document')
    .option('--timeout <seconds>', 'time for each engine', positive, 60)
    .addHelpText('after', '\nExit code 6 when no engine works.\n\nExample:\n  foveate doctor --json > machine.json')
    .action(async (options: DoctorOptions) => (await import('../actions/doctor.js')).doctor(options));
}
