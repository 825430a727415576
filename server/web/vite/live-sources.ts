// While somebody works on the web app: Vite stands in front of a running server, and pages that
// pass through get the sources instead of the built files.
import { request } from 'node:http';
import type { Plugin } from 'vite';

const styleLink = /<link rel="stylesheet" href="\/assets\/[^"]*">/g;
const builtScript = /<script type="module" src="\/assets\/[^"]*"><\/script>/g;
const builtPreload = /<link rel="modulepreload" href="\/assets\/[^"]*">/g;
// Vite answers these itself.
const ownPath = /^\/(src|styles|public|node_modules|@|\.cache|__)/;

export function liveSources(server: string): Plugin {
  return {
    name: 'codelog-live-sources',
    apply: 'serve',
    configureServer(vite) {
      vite.middlewares.use((incoming, outgoing, next) => {
        if (ownPath.test(incoming.url ?? '')) return next();
        const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
        const onward = request(
          new URL(incoming.url ?? '/', server),
          { method: incoming.method ?? 'GET', headers },
          (answer) => {
            const kept = { ...answer.headers };
            delete kept['content-security-policy'];
            if (!String(kept['content-type']).startsWith('text/html')) {
              outgoing.writeHead(answer.statusCode ?? 502, kept);
              answer.pipe(outgoing);
              return;
            }
            delete kept['content-length'];
            const parts: Buffer[] = [];
            answer.on('data', (part: Buffer) => parts.push(part));
            answer.on('end', () => {
              const page = Buffer.concat(parts)
                .toString()
                .replace(styleLink, '<link rel="stylesheet" href="/styles/index.css">')
                .replace(builtPreload, '')
                .replace(
                  builtScript,
                  '<script type="module" src="/@vite/client"></script>' +
                    '<script type="module" src="/src/site.ts"></script>',
                );
              outgoing.writeHead(answer.statusCode ?? 502, kept);
              outgoing.end(page);
            });
          },
        );
        onward.on('error', () => {
          outgoing.writeHead(502, { 'content-type': 'text/plain' });
          outgoing.end(`No Codelog answers at ${server}: start ./codelog-dev run beside this.\n`);
        });
        incoming.pipe(onward);
      });
    },
  };
}
