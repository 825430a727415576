// Markdown as the server shows it.
import { Client } from '../api/client.ts';

const client = new Client();

// Nothing if the server does not answer with it.
export async function renderMarkdown(markdown: string): Promise<string | undefined> {
  const answer = await client.write<{ html: string }>('POST', '/markdown', { body: { markdown } });
  return answer.ok ? answer.data.html : undefined;
}
