/** A thread that talks to the process of the command while the specs' thread waits for what comes of it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { cwd, env, answer, answered } = workerData;

/** Behind what a command says, on both streams. */
const end = '\0';

let child;

function start() {
  const server = fork(fileURLToPath(new URL('command-process.mjs', import.meta.url)), {
    cwd,
    env,
    silent: true,
    execArgv: [],
  });
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8');
  server.on('close', () => (child = undefined));
  return server;
}

/** What a stream says until its end. */
function read(stream) {
  return new Promise((resolve) => {
    let said = '';
    const done = () => {
      stream.off('data', add).off('end', done);
      resolve(said);
    };
    const add = (text) => {
      said += text;
      if (!said.endsWith(end)) return;
      said = said.slice(0, -end.length);
      done();
    };
    stream.on('data', add).on('end', done);
  });
}

/** The exit code; a command may have ended its process. */
function exitCode(server) {
  return new Promise((resolve) => {
    const done = (code) => {
      server.off('message', done).off('close', done);
      resolve(code);
    };
    server.on('message', done).on('close', done);
  });
}

parentPort.on('message', async (args) => {
  child ??= start();
  const results = [exitCode(child), read(child.stdout), read(child.stderr)];
  child.send({ args, end });
  const [status, stdout, stderr] = await Promise.all(results);
  answer.postMessage({ status, stdout, stderr });
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});
