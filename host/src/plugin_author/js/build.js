// Writes the component to the file that the command line names. `dialplate plugin build` calls it.

import { componentize } from '@bytecodealliance/componentize-js';
import { writeFile } from 'node:fs/promises';

const { component } = await componentize({
  sourcePath: 'src/plugin.js',
  witPath: 'wit',
  worldName: 'plugin',
  // A plugin imports the interface alone: a server has no WASI.
  disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
});
await writeFile(process.argv[2], component);
