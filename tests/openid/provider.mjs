// A certified OpenID provider on loopback for the acceptance tests. It asks nobody for a password: whom it signs in stands in
// `login_hint`. Everything else, from PKCE to signatures, is the provider's own.
//
// node provider.mjs SETTINGS.json
//   { port, client: { id, secret }, redirects: [...], people: { SUB: { email, email_verified } }, key: NAME }
//
// It signs with a key of its own that has that name. It says `listening` when it is ready, and stops with the signal TERM.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `http://127.0.0.1:${settings.port}`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: settings.client.id,
      client_secret: settings.client.secret,
      redirect_uris: settings.redirects,
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: settings.key, use: 'sig' }] },
  cookies: { keys: ['signs cookies of a test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, sub) => {
    const known = settings.people[sub];
    return known && { accountId: sub, claims: () => ({ sub, ...known }) };
  },
  // Nobody is asked for consent: the desk belongs to the same company as the provider.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid email');
    await grant.save();
    return grant;
  },
});

provider.on('server_error', (_, error) => console.error(error));

const answer = provider.callback();
const server = createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    return answer(request, response);
  }
  try {
    const { params } = await provider.interactionDetails(request, response);
    await provider.interactionFinished(request, response, { login: { accountId: params.login_hint } });
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});
server.listen(settings.port, '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
