// Names for writes, so that each acts once. Pages on plain HTTP have no crypto.randomUUID().
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
