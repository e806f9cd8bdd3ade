export { serve } from './serve.js';
export { Thread, type ThreadOptions } from './thread.js';
