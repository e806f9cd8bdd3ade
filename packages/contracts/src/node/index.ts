/** What plugins and programs need on Node.js: files that appear complete, paths that stay inside a folder, who a process is. */
export * from './atomic-file.js';
export * from './disk-time.js';
export * from './inside-folder.js';
export * from './make-folder.js';
export * from './process-identity.js';
export * from './regular-file.js';
