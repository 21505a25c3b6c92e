// A certified provider of OpenID Connect, on this machine, which believes whatever account somebody writes into its page.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Provider as Certified } from 'oidc-provider';

export const client = { id: 'tidelock', secret: 'a secret of two servers' };

export class Provider {
  /** How it names itself: for a browser another site than `localhost`. */
  issuer = '';
  private server?: HttpServer;
  private certified?: Certified;

  /** With the address that it sends people back to. */
  static async start(redirect: string): Promise<Provider> {
    const provider = new Provider();
    await provider.listen(0);
    provider.issuer = `http://127.0.0.1:${(provider.server!.address() as AddressInfo).port}`;
    provider.certified = new Certified(provider.issuer, {
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect], grant_types: ['authorization_code'] }],
      claims: { profile: ['preferred_username'] },
      cookies: { keys: ['of no importance'] },
      features: {
        devInteractions: { enabled: false },
        rpInitiatedLogout: {
          logoutSource: (ctx, form) => {
            ctx.body = shown(`${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
          },
          postLogoutSuccessSource: (ctx) => {
            ctx.body = shown('<p>Signed out.</p>');
          },
        },
      },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      // Nobody is asked what Tidelock may know.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
        grant.addOIDCScope('openid profile');
        await grant.save();
        return grant;
      },
    });
    return provider;
  }

  /** Is away, and knows the same afterwards. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  async comeBack(): Promise<void> {
    await this.listen(Number(new URL(this.issuer).port));
  }

  private async listen(port: number): Promise<void> {
    this.server = createServer((incoming, outgoing) => {
      this.answer(incoming, outgoing).catch(() => outgoing.destroy());
    });
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    // Browsers ask for that by themselves, and the provider has none.
    if (incoming.url === '/favicon.ico') return void outgoing.writeHead(204).end();
    if (!incoming.url?.startsWith('/interaction/')) return this.certified!.callback()(incoming, outgoing);
    if (incoming.method === 'POST') {
      const account = new URLSearchParams(await text(incoming)).get('account');
      const result = account ? { login: { accountId: account } } : { error: 'access_denied' };
      return this.certified!.interactionFinished(incoming, outgoing, result);
    }
    outgoing.setHeader('content-type', 'text/html; charset=utf-8');
    outgoing.end(
      shown(`<form method="post"><label>Account <input name="account" required></label> <button>Sign in</button></form>
        <form method="post"><button>Cancel</button></form>`),
    );
  }
}

function shown(body: string): string {
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Example University</title>
    <h1>Example University</h1>${body}</html>`;
}
