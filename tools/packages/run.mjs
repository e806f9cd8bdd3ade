/** Commands of the check, and what has gone wrong in it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * What npm was told here is no setting of a stranger. The proxy, which is none, is that of global-agent: it cuts off the
 * install script of onnxruntime-node and not npm.
 */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(ignore_scripts|onnx)|^ONNXRUNTIME/i.test(name)),
  ),
  GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_COLOR: '1',
  NX_DAEMON: 'false',
  NX_TUI: 'false',
};

/** What a stranger would complain of. */
export const problems = [];

/** Runs a command; where it fails, its output becomes a problem, less any address of a registry. @returns standard output */
export async function run(command, args, options = {}) {
  try {
    return (await exec(command, args, { maxBuffer: 2 ** 28, env, ...options })).stdout;
  } catch ({ message, stdout = '', stderr = '' }) {
    problems.push(`${message}\n${stdout}${stderr}`.replaceAll(/https?:\/\/\S+/g, '<address>'));
    return null;
  }
}
