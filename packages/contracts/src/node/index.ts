/** What plugins and programs need on Node.js: files that appear complete, and paths that stay inside a folder. */
export * from './atomic-file.js';
export * from './inside-folder.js';
export * from './make-folder.js';
export * from './regular-file.js';
