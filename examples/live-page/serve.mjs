// Serves a run to a page: its events as server-sent events. Whoever comes late is told what has happened so far.
import { reduce } from '@foveate/run-record';
import { createRunner } from '@foveate/pipeline';
import { defaultConfig, defaultPlugins } from '@foveate/preset-default';
import { createServer } from 'node:http';

const folder = process.argv[2] ?? 'runs/live';
const port = Number(process.argv[3] ?? 8123);
const runner = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });
const config = await runner.makeConfig(
  {
    name: 'live',
    data: { source: { id: 'synthetic-zipper', good: 60, defective: 60, size: 64 }, size: 64 },
    model: { id: 'custom-cnn', channels: [8, 16] },
    training: { epochs: 5, batchSize: 8 },
  },
  process.cwd(),
);

// All subscribers follow the same run; the first starts it.
const run = runner.run(config, { folder, overwrite: true });

const page = `<!doctype html><meta charset="utf-8"><title>${config.name}</title>
<style>body{font:16px system-ui;margin:2rem}td{padding:.2rem 1rem;text-align:right}</style>
<h1>${config.name}</h1><p id="status">waiting</p><table id="epochs"></table>
<script>
  const events = new EventSource('/events');
  events.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    status.textContent = event.type;
    if (event.type === 'run-end') events.close();
    if (event.type !== 'epoch') return;
    const { epoch, train, validation } = event.record;
    const row = epochs.insertRow();
    for (const value of [epoch, train.loss.toFixed(4), validation.loss.toFixed(4)]) row.insertCell().textContent = value;
  };
  const status = document.getElementById('status'), epochs = document.getElementById('epochs');
</script>`;

const server = createServer((request, response) => {
  if (request.url !== '/events') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const follower = run.subscribe({
    next: (event) => response.write(`data: ${JSON.stringify(event)}\n\n`),
    error: () => response.end(),
    complete: () => response.end(),
  });
  request.on('close', () => follower.unsubscribe());
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

// The program follows, too: what run.json says, from the events alone.
let state;
run.subscribe({
  next: (event) => (state = reduce(state, event)),
  error: (error) => {
    console.error(error.message);
    process.exit(1);
  },
  complete: () => {
    console.log(`${state.status}, ${state.epochs.length} epochs`);
    // Time for pages to be told.
    setTimeout(() => process.exit(0), 500);
  },
});
