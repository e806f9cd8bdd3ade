import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

/** Arrows of ARCHITECTURE.md: a layer may import those named, nothing else. */
const layers = {
  base: ['base'],
  kit: ['kit', 'base'],
  plugin: ['kit', 'base'],
  process: ['kit', 'base'],
  assembly: ['process', 'kit', 'base'],
  stage: ['assembly', 'process', 'kit', 'base'],
  // Predictors know one engine, so that nobody has to configure it.
  inference: ['plugin', 'kit', 'base'],
  preset: ['stage', 'inference', 'plugin', 'kit', 'base'],
  task: ['inference', 'stage', 'assembly', 'process', 'kit', 'base'],
  app: ['preset', 'task', 'inference', 'stage', 'assembly', 'process', 'kit', 'base'],
};

/** Libraries that few folders may import, and which. */
const doors = [
  ['sharp', ['packages/image/**']],
  ['onnxruntime-common', ['packages/engine-onnx/**']],
  ['onnxruntime-node', ['packages/engine-onnx/**']],
  ['onnxruntime-web', ['packages/engine-onnx/**']],
  ['@tensorflow/tfjs-backend-cpu', ['packages/engine-tfjs/**']],
  ['@tensorflow/tfjs-backend-wasm', ['packages/engine-tfjs/**']],
  ['@tensorflow/tfjs-converter', ['packages/engine-tfjs/**', 'packages/models/**']],
  ['inversify', ['packages/assembly/**']],
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', 'runs/**', 'out/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    plugins: { '@nx': nx, jsdoc },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          depConstraints: Object.entries(layers).map(([layer, allowed]) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: allowed.map((name) => `layer:${name}`),
          })),
        },
      ],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'VariableDeclaration'].map(
            (node) => `ExportNamedDeclaration > ${node}`,
          ),
          require: { ClassDeclaration: true, FunctionDeclaration: true },
        },
      ],
      'no-restricted-imports': ['error', { paths: doors.map(([name]) => name) }],
    },
  },
  // A later entry replaces an earlier one for the same files, so each lists all that its folder may not import.
  ...[...new Set(doors.flatMap(([, folders]) => folders))].map((folder) => ({
    files: [folder],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: doors.filter(([, folders]) => !folders.includes(folder)).map(([name]) => name) },
      ],
    },
  })),
  {
    // What helps specs goes into folders named testing, which are not published.
    files: ['**/*.spec.ts', '**/src/**/testing/**'],
    rules: {
      'jsdoc/require-jsdoc': 'off',
      'no-restricted-imports': 'off',
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  prettier,
);
