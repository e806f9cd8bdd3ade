/**
 * The READMEs' examples are true. TypeScript blocks are type-checked and run against the built packages, as a user would;
 * YAML blocks are read as configurations, with the README's own plugin package installed.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planRuns, readExperiment } from '@foveate/experiments';
import { readSegmenterConfig } from '@foveate/mask-tasks/train';
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPlugins, segmenterDefaults } from '@foveate/preset-default';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFolders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(root, folder, 'package.json'))),
);

/** A fenced block of a README. */
interface Block {
  readonly title: string;
  /** Folder of the README, from which imports are resolved. */
  readonly folder: string;
  readonly code: string;
}

function blocks(language: string): Block[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return ['.', ...packageFolders].flatMap((folder) => {
    const file = join(root, folder, 'README.md');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return [...text.matchAll(fence)].map(([, code = ''], index) => ({
      title: `${join(folder, 'README.md')}, ${language} block ${index + 1}`,
      folder: join(root, folder),
      code,
    }));
  });
}

const snippets = blocks('ts');

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  types: ['node'],
};

function withoutTypes(code: string): string {
  return ts.transpileModule(code, { compilerOptions: { ...compilerOptions, module: ts.ModuleKind.ESNext } }).outputText;
}

const temporary = mkdtempSync(join(tmpdir(), 'foveate-readmes-'));
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

describe('READMEs', () => {
  it.each(packageFolders)('%s has one, with an install line and an example', (folder) => {
    const text = readFileSync(join(root, folder, 'README.md'), 'utf8');
    expect(text).toMatch(/^# @foveate\/[a-z0-9-]+\n/);
    expect(text).toContain('npm install ');
    expect(text).toContain('```ts\n');
  });

  it('have examples of the right types', () => {
    const files = new Map(snippets.map(({ folder, code }, index) => [join(folder, `readme-${index}.ts`), code]));
    const host = ts.createCompilerHost(compilerOptions);
    const { fileExists, getSourceFile } = host;
    host.fileExists = (file) => files.has(resolve(file)) || fileExists(file);
    host.getSourceFile = (file, options, ...rest) => {
      const code = files.get(resolve(file));
      return code === undefined ? getSourceFile(file, options, ...rest) : ts.createSourceFile(file, code, options);
    };
    const program = ts.createProgram([...files.keys()], compilerOptions, host);
    const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
      const line = file?.text.slice(0, start).split('\n').length;
      const title = snippets[[...files.keys()].indexOf(resolve(file?.fileName ?? ''))]?.title ?? file?.fileName;
      return `${title}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    expect(problems).toEqual([]);
  });

  it.concurrent.each(snippets.map(({ title, ...snippet }) => [title, snippet] as const))(
    '%s runs',
    async (_title, { folder, code }) => {
      // What Node.js reads from standard input imports packages as a file in the working directory would.
      const running = promisify(execFile)(process.execPath, ['--input-type=module', '-'], {
        cwd: folder,
        env: { ...process.env, TMPDIR: temporary, TEMP: temporary, FORCE_COLOR: undefined },
        timeout: 50_000,
      });
      running.child.stdin?.end(withoutTypes(code));
      expect((await running).stderr).toBe('');
    },
  );
});

describe('Configurations in READMEs', () => {
  const folder = join(temporary, 'configurations');

  // The plugin package of loss-ceod's README, built as it says.
  beforeAll(() => {
    const manifest = blocks('json').find(({ code }) => code.includes('"foveate"'))?.code ?? '{}';
    const source = snippets.find(({ code }) => /^export const \w+ = definePlugin/m.test(code))?.code ?? '';
    const installed = join(folder, 'node_modules', (JSON.parse(manifest) as { name: string }).name);
    mkdirSync(join(installed, 'dist'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'), 'junction');
    writeFileSync(join(installed, 'package.json'), manifest);
    writeFileSync(join(installed, 'dist', 'index.js'), withoutTypes(source));
  });

  it.each(blocks('yaml').map(({ title, code }) => [title, code] as const))('%s', async (title, code) => {
    const file = join(folder, `${title.replaceAll(/\W+/g, '-')}.yaml`);
    writeFileSync(file, code);
    // The folder is not one where a user works, who would not be asked for what is installed there.
    const runner = createRunner({
      plugins: defaultPlugins,
      defaults: defaultConfig,
      allowPlugins: true,
    });
    if (code.startsWith('segmenter:')) {
      const [{ chosen, own }, usual] = [
        await readSegmenterConfig(file, [], runner.setting, segmenterDefaults),
        await readSegmenterConfig(undefined, [], runner.setting, segmenterDefaults),
      ];
      expect({ chosen, own }).toEqual({ chosen: usual.chosen, own: usual.own });
      return;
    }
    if (/^arms:/m.test(code)) {
      expect((await planRuns(await readExperiment(file), runner, folder)).length).toBeGreaterThan(1);
      return;
    }
    await expect(runner.readConfig(file)).resolves.toMatchObject({ baseFolder: folder });
  });
});
