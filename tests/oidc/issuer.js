// Serves an issuer of OpenID Connect, made of the npm package oidc-provider, on a free port of the
// loopback until it is killed. Prints its address as one line. Everybody may sign in, as
// anybody: the person "ada" has the address ada@example.ac.uk.
//
// node issuer.js FOLDER    FOLDER holds node_modules

import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
const library = join(folder, 'node_modules', 'oidc-provider', 'lib', 'index.js');
const { default: Provider } = await import(pathToFileURL(library));

const client = {
  redirect_uris: ['http://test/accounts/oidc/callback/'],
  response_types: ['code'],
  grant_types: ['authorization_code'],
};

const configuration = {
  clients: [
    { ...client, client_id: 'codelists', client_secret: 'a secret: 100% + more' },
    {
      ...client,
      client_id: 'codelists-post',
      client_secret: 'another secret',
      token_endpoint_auth_method: 'client_secret_post',
    },
    { ...client, client_id: 'codelists-public', token_endpoint_auth_method: 'none' },
  ],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username'],
  },
  cookies: { keys: ['of a test'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@example.ac.uk`,
      email_verified: id !== 'unconfirmed',
      name: `Name of ${id}`,
      preferred_username: id,
    }),
  }),
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(address, configuration).callback());
  console.log(address);
});
