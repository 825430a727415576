// Serves an S3-compatible store, made of the npm package s3rver, on a free port of the loopback
// until it is killed. Prints its address as one line. It has the bucket "archives", empty; keys
// are S3RVER and S3RVER.
//
// node store.cjs FOLDER OBJECTS    FOLDER holds node_modules, OBJECTS becomes the store's folder

const { join } = require('node:path');

const [folder, objects] = process.argv.slice(2);
const S3rver = require(join(folder, 'node_modules', 's3rver'));

const store = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: objects,
  configureBuckets: [{ name: 'archives' }],
});
store.run().then(({ port }) => console.log(`http://127.0.0.1:${port}`));
