// A server with one draft and its page, at a free port: the built scripts and styles in front of
// DraftDouble, under the policy that the real server sends.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Person } from '../../../server/web/src/api/draft-api.ts';
import type { BuilderProps } from '../../../server/web/src/builder/props.ts';
import type { Sign } from '../../../server/web/src/engine/statuses.ts';
import { type Concept, DraftDouble } from './draft.ts';

const web = join(import.meta.dirname, '../../../server/web');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; " +
  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types codelog dompurify";
const mediaTypes: Record<string, string> = {
  css: 'text/css',
  js: 'text/javascript',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

const props: Omit<BuilderProps, 'readOnly'> = {
  hash: 'abcd1234',
  codelistId: 1,
  codelist: 'organisation/example-university/asthma-diagnoses',
  name: 'Asthma diagnoses',
  owner: { name: 'Example University', path: '/codelist/example-university/' },
  release: { alias: 'snomedct_demo', title: 'SNOMED CT 36.0.0 · 19 Apr 2023' },
  codingSystem: 'SNOMED CT',
  me: 'alice',
  canEdit: true,
  whoCanEdit: 'You can read this draft. Its owner can change it.',
  urls: { version: '/saved/', codelist: '/codelist/', home: '/', login: '/accounts/login/' },
};

function page(script: string, readOnly: string | null): string {
  const json = JSON.stringify({ ...props, readOnly })
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;');
  return `<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="csrf-token" content="token"><title>Asthma diagnoses – draft – Codelog</title>
<link rel="icon" href="/public/favicon.svg">
<link rel="stylesheet" href="/styles.css"><script type="module" src="${script}"></script></head>
<body><header class="site-header"><a class="wordmark" href="/">Codelog</a></header>
<main id="main" tabindex="-1"><div data-island="builder" data-props="${json}"><h1>Asthma</h1></div>
</main></body></html>`;
}

function styles(): string {
  const index = readFileSync(join(web, 'styles/index.css'), 'utf8');
  const names = [...index.matchAll(/url\("(.*?)"\)/g)].map(([, name]) => name ?? '');
  return names.map((name) => readFileSync(join(web, 'styles', name), 'utf8')).join('\n');
}

export type Double = {
  address: string;
  draft: DraftDouble;
  refusals: number[]; // statuses that answer the next writes
  writes: string[]; // methods and paths
  streams: ReadonlySet<unknown>; // of events
  tell(): void; // the streams of events, after a change by somebody else
  showPeople(people: readonly Person[]): void;
  setReadOnly(why: string | null): void;
  close(): void;
};

type Body = Record<string, unknown>;

export class Handler {
  readonly draft: DraftDouble;
  readonly refusals: number[] = [];
  readonly writes: string[] = [];
  readonly streams = new Set<ServerResponse>();
  people: readonly Person[] = [];
  readOnly: string | null = null; // why the log takes no writes
  private readonly done = new Map<string, [number, unknown]>();
  private readonly dist: string;

  constructor(draft: DraftDouble, dist: string) {
    this.draft = draft;
    this.dist = dist;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://double');
    if (!pathname.startsWith('/api/')) return this.file(request, pathname, response);
    if (pathname === '/api/v2/events') return this.stream(response);
    const path = pathname.replace('/api/v2/versions/abcd1234', '');
    if (pathname.startsWith('/api/v2/releases/')) return this.release(pathname, response);
    if (pathname.startsWith('/api/v2/codelists/')) return this.send(response, this.history());
    if (request.method === 'GET') return this.read(path, searchParams, response);
    let text = '';
    for await (const part of request) text += part;
    this.write(request, path, text === '' ? {} : JSON.parse(text), response);
  }

  tell(): void {
    const { position, history } = this.draft;
    const { actor } = history.at(-1) ?? { actor: 'bob' };
    const event = { position, actor, type: 'StatusesChanged', version: 'abcd1234' };
    const data = JSON.stringify({ position, events: [event] });
    for (const stream of this.streams) {
      stream.write(`event: commit\nid: ${position}\ndata: ${data}\n\n`);
    }
  }

  // Somebody else comes, or looks at another code.
  showPeople(people: readonly Person[]): void {
    this.people = people;
    for (const stream of this.streams) {
      stream.write(`event: presence\ndata: ${JSON.stringify({ people })}\n\n`);
    }
  }

  private stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }

  // Any password but "wrong" is right.
  private async logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += part;
    const field = '<input type="hidden" name="csrfmiddlewaretoken" value="token">';
    const problem = '<div class="problems" role="alert"><h2>There</h2> Not the password.</div>';
    if (request.method === 'GET') response.end(field);
    else if (text.includes('password=wrong')) response.end(problem + field);
    else response.writeHead(302, { location: '/robots.txt' }).end();
  }

  private file(request: IncomingMessage, path: string, response: ServerResponse): void {
    const type = mediaTypes[path.split('.').at(-1) ?? ''] ?? 'text/html';
    if (path === '/accounts/login/') return void this.logIn(request, response);
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
    if (path === '/styles.css') response.end(styles());
    else if (path.startsWith('/assets/')) response.end(readFileSync(join(this.dist, path)));
    else if (path.startsWith('/public/')) response.end(readFileSync(join(web, path)));
    else if (path.startsWith('/builder/')) response.end(page(this.siteScript(), this.readOnly));
    else response.end('<!doctype html><title>elsewhere</title><h1>elsewhere</h1>');
  }

  private siteScript(): string {
    const name = readdirSync(join(this.dist, 'assets')).find((file) => /^site-.*js$/.test(file));
    return `/assets/${name}`;
  }

  private send(response: ServerResponse, body: unknown, status = 200): void {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  }

  private read(path: string, query: URLSearchParams, response: ServerResponse): void {
    const { draft } = this;
    const { bytes, tree } = draft.tree;
    response.setHeader('Codelog-Shape', tree.shape);
    response.setHeader('Codelog-Position', String(draft.position));
    const [, resource, name] = path.split('/');
    if (path === '/steps') this.send(response, this.steps());
    else if (path === '/tree') response.end(new Uint8Array(bytes));
    else if (path === '/statuses') response.end(draft.statuses);
    else if (path === '/tree/terms') response.end(draft.terms);
    else if (path === '/searches') {
      this.send(response, { searches: draft.listSearches(), position: draft.position });
    } else if (resource === 'searches') {
      const id = Number(name);
      const codes = draft.codesOfSearch(id);
      this.send(response, { codes, only_here: draft.onlyIn(id) });
    } else if (resource === 'matches') {
      this.send(response, this.matches(query.get('term') ?? query.get('code') ?? ''));
    } else if (resource === 'codes') this.send(response, this.story(name ?? ''));
    else this.send(response, { title: 'Not found', status: 404 }, 404);
  }

  private release(path: string, response: ServerResponse): void {
    if (path.endsWith('/types')) {
      this.send(response, {
        types: [
          { title: 'Disorder', codes: 11 },
          { title: 'Finding', codes: 5 },
        ],
      });
      return;
    }
    this.send(response, { synonyms: ['Wheezy bronchitis'], links: [] });
  }

  private steps() {
    const undo = this.draft.history.map(({ position, actor, reason, after }) => ({
      position,
      actor,
      time: '2024-11-04T10:14:00Z',
      mine: actor === 'alice',
      command: 'ChangeStatuses',
      updates_count: after.size,
      updates: [...after].slice(0, 10),
      changed_count: after.size,
      ...(reason ? { reason } : {}),
    }));
    return { undo: undo.reverse(), redo: [] };
  }

  private history() {
    const events = this.draft.history.map(({ position, actor, reason, after }) => ({
      position,
      actor,
      type: 'StatusesChanged',
      version: 'abcd1234',
      updates: [...after],
      reason,
    }));
    return { events, next: null };
  }

  private matches(term: string) {
    const found = this.draft.match(term);
    const { ordinalOf } = this.draft.tree.tree;
    const hits = found.map(({ code, term: text, type }) => {
      return { code, term: text, matched: text, active: true, types: [type] };
    });
    const new_count = found.filter(({ code }) => !ordinalOf.has(code)).length;
    return { total: hits.length, hits, new_count, with_descendants_count: hits.length };
  }

  private story(code: string) {
    const decisions = this.draft.history.flatMap(({ position, actor, reason, after }) => {
      const sign = after.get(code);
      if (!sign) return [];
      const time = '2024-11-04T10:14:00Z';
      return [{ position, time, actor, status: sign, ...(reason ? { reason } : {}) }];
    });
    return { deciders: [], decisions: decisions.reverse(), searches: [] };
  }

  private write(request: IncomingMessage, path: string, body: Body, response: ServerResponse) {
    if (path === '/presence') return this.send(response, this.act('PUT', path, body)[1]);
    this.writes.push(`${request.method} ${path}`);
    const refused = this.readOnly ? 503 : this.refusals.shift();
    if (refused) return this.send(response, { title: 'Refused', status: refused }, refused);
    const key = String(request.headers['idempotency-key'] ?? '');
    const answer = this.done.get(key) ?? this.act(request.method ?? '', path, body);
    this.done.set(key, answer);
    this.send(response, answer[1], answer[0]);
  }

  private decidedByOthers(updates: [string, Sign][], base: number): Record<string, Sign> {
    const changed: Record<string, Sign> = {};
    for (const { actor, position, after } of this.draft.history) {
      if (actor === 'alice' || position <= base) continue;
      for (const [code] of updates) {
        const sign = after.get(code);
        if (sign) changed[code] = sign;
      }
    }
    return changed;
  }

  private act(method: string, path: string, body: Body): [number, unknown] {
    const { draft } = this;
    const conflict: [number, unknown] = [409, { title: 'Conflict', detail: 'nothing to undo' }];
    if (method === 'PATCH') {
      const updates = body.updates as [string, Sign][];
      const changed = this.decidedByOthers(updates, Number(body.base_position));
      if (Object.keys(changed).length > 0) {
        const detail = 'bob has decided it since.';
        return [409, { title: 'Conflict', detail, changed, position: draft.position }];
      }
      draft.decide(updates, String(body.reason ?? ''));
    } else if (path === '/undo' && !draft.undo()) return conflict;
    else if (path === '/presence') {
      return [200, { people: this.people, read_only: this.readOnly }];
    } else if (path === '/redo' && !draft.redo()) return conflict;
    else if (path === '/searches') {
      const found = draft.addSearch(String(body.term ?? body.code), String(body.mode ?? 'code'));
      return [201, { ...found, position: draft.position }];
    } else if (method === 'DELETE') {
      draft.removeSearch(Number(path.split('/').at(-1)));
      return [200, { changed: {}, position: draft.position }];
    } else if (path === '/save') {
      draft.isSaved = draft.isDecided;
      if (!draft.isSaved) return [409, { title: 'Conflict', detail: 'codes are undecided' }];
    }
    return [200, { ...draft.answer(), changed: {}, deleted: { codelist: true } }];
  }
}

export async function startDouble(concepts: Concept[], dist: string): Promise<Double> {
  const handler = new Handler(new DraftDouble(concepts), dist);
  const server = createServer((request, response) => void handler.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { draft, refusals, writes, streams } = handler;
  return {
    address: `http://127.0.0.1:${port}`,
    draft,
    refusals,
    writes,
    streams,
    tell: () => handler.tell(),
    showPeople: (people) => handler.showPeople(people),
    setReadOnly: (why) => {
      handler.readOnly = why;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
