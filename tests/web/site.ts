// People and codelists of a journey's own, made beside the browser: with the command line, and with
// the API.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { password } from './people.ts';

const program =
  process.env.CODELOG_PROGRAM ?? join(import.meta.dirname, '../../build/release/codelog');

export const olderRelease = 'snomedct_demo_20240101';
export const newerRelease = 'snomedct_demo_20240701';

function run(args: string[], input = ''): string {
  return execFileSync(program, [...args, '--data', inject('data')], { input })
    .toString()
    .trim();
}

export type Made = { hash: string; path: string };

// Somebody who may log in, and use the API.
export class Person {
  readonly name: string;
  private readonly token: string;

  constructor(name: string) {
    this.name = name;
    const email = `${name}@example.org`;
    run(
      ['user', 'add', name, '--name', name, '--email', email, '--password-stdin'],
      `${password}\n`,
    );
    this.token = run(['user', 'token', name]);
  }

  async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const reply = await fetch(new URL(`/api/v2${path}`, inject('address')), {
      method,
      headers: { Authorization: `Token ${this.token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    expect(reply.ok, `${method} ${path}: ${text}`).toBe(true);
    return JSON.parse(text) as Answer;
  }

  // A published version on the older release: the codes that `term` finds, all included but
  // `excluded`, for the reason.
  async publish(name: string, term: string, excluded: string[] = [], reason = ''): Promise<Made> {
    const made = await this.ask<{ slug: string; version: { hash: string } }>('POST', '/codelists', {
      owner: `user/${this.name}`,
      name,
      coding_system: 'snomedct',
      release: olderRelease,
    });
    const { hash } = made.version;
    const version = `/versions/${hash}`;
    await this.ask('POST', `${version}/searches`, { term });
    const select = { status: ['?'] };
    for (const code of excluded) {
      const why = reason ? { reason } : {};
      await this.ask('PATCH', `${version}/statuses`, { updates: [[code, '-']], ...why });
    }
    await this.ask('PATCH', `${version}/statuses`, { select, to: '+' });
    await this.ask('POST', `${version}/save`);
    await this.ask('POST', `${version}/publish`);
    return { hash, path: `/codelist/user/${this.name}/${made.slug}/${hash}/` };
  }
}
