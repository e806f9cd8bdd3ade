/** The built command in a process that stays, since loading it takes longer than most of what specs have it do. */
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { afterAll } from '@jest/globals';

/** What a command has said, and the exit code its process would have had. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The command line in a folder, until the specs of this file are done. What a process of its own is needed for (signals,
 * pipes, other variables, what is loaded) starts `bin/foveate.mjs` itself.
 * @param env variables beside those of this process
 */
export function commandLine(cwd: string, env: NodeJS.ProcessEnv = {}): (...args: readonly string[]) => Finished {
  const { port1: answers, port2: answer } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(fileURLToPath(new URL('command-thread.mjs', import.meta.url)), {
    workerData: { cwd, env: { ...process.env, ...env }, answer, answered },
    transferList: [answer],
  });
  afterAll(async () => {
    answers.close();
    await worker.terminate();
  });
  return (...args) => {
    worker.postMessage(args);
    Atomics.wait(answered, 0, 0);
    Atomics.store(answered, 0, 0);
    return (receiveMessageOnPort(answers) as { readonly message: Finished }).message;
  };
}
