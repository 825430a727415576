// HTML that the server made from Markdown, as nodes. The server removes everything that could run;
// DOMPurify does so once more, under its own Trusted Types policy, so that one fault is not enough.
export async function markdownNodes(html: string): Promise<DocumentFragment> {
  const { default: purifier } = await import('dompurify');
  return purifier.sanitize(html, { RETURN_DOM_FRAGMENT: true, USE_PROFILES: { html: true } });
}
