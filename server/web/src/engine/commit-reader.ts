// What a commit says, read from its bytes alone: FlatBuffers of events/schema/events.fbs, where a
// field is named by its place in its table. Throws RangeError for bytes that are no commit.

class Table {
  private readonly bytes: Uint8Array;
  private readonly at: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  place(field: number): number {
    const fields = this.at - this.view.getInt32(this.at, true);
    const at = 4 + 2 * field;
    const offset =
      at < this.view.getUint16(fields, true) ? this.view.getUint16(fields + at, true) : 0;
    return offset === 0 ? 0 : this.at + offset;
  }

  // Where the vector, the text or the table of a field begins.
  target(field: number): number {
    const place = this.place(field);
    return place === 0 ? 0 : place + this.view.getUint32(place, true);
  }

  microseconds(field: number): number {
    const place = this.place(field);
    return place === 0 ? 0 : Number(this.view.getBigInt64(place, true));
  }

  number(field: number): number {
    const place = this.place(field);
    return place === 0 ? 0 : this.view.getUint32(place, true);
  }

  isSet(field: number): boolean {
    const place = this.place(field);
    return place !== 0 && this.view.getUint8(place) !== 0;
  }

  text(field: number): string {
    const at = this.target(field);
    if (at === 0) return '';
    const length = this.view.getUint32(at, true);
    return new TextDecoder().decode(this.slice(at + 4, length));
  }

  digest(field: number): Uint8Array | null {
    const place = this.place(field);
    if (place === 0) return null;
    const digest = this.slice(place, 32);
    return digest.some((byte) => byte !== 0) ? digest : null;
  }

  table(field: number): Table | null {
    const at = this.target(field);
    return at === 0 ? null : new Table(this.bytes, at);
  }

  // The tables of a vector of a union, with the numbers of their types.
  union(types: number): { type: number; table: Table }[] {
    const kinds = this.target(types);
    const values = this.target(types + 1);
    if (kinds === 0 || values === 0) return [];
    const count = this.view.getUint32(kinds, true);
    return Array.from({ length: count }, (_, index) => {
      const at = values + 4 + 4 * index;
      return {
        type: this.view.getUint8(kinds + 4 + index),
        table: new Table(this.bytes, at + this.view.getUint32(at, true)),
      };
    });
  }

  private slice(at: number, length: number): Uint8Array {
    if (at + length > this.bytes.length) throw new RangeError('beyond the end');
    return this.bytes.subarray(at, at + length);
  }
}

// Events that finish a version, by their number in the union, and where they have its content.
const finishing: Record<number, { deed: FinishedVersion['deed']; content: number }> = {
  20: { deed: 'created', content: 17 },
  27: { deed: 'saved', content: 2 },
  28: { deed: 'published', content: 1 },
};

export type FinishedVersion = {
  deed: 'created' | 'saved' | 'published';
  hash: string;
  release: string;
  releaseDigest: Uint8Array | null;
  contentDigest: Uint8Array | null;
  downloadDigest: Uint8Array | null;
};

export type ReadCommit = { time: Date; actor: string; versions: FinishedVersion[] };

// The hashes of versions are OpenCodelists' own.
function hashOfVersion(id: number): string {
  return Number((BigInt(id) * 1727040714n) % (2n ** 31n - 1n))
    .toString(16)
    .padStart(8, '0');
}

export function readCommit(bytes: Uint8Array): ReadCommit {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const commit = new Table(bytes, view.getUint32(0, true));
  const versions: FinishedVersion[] = [];
  for (const { type, table } of commit.union(7)) {
    const kind = finishing[type];
    // A version that is created may be a draft.
    if (!kind || (kind.deed === 'created' && !table.isSet(2))) continue;
    const content = table.table(kind.content);
    versions.push({
      deed: kind.deed,
      hash: hashOfVersion(table.number(0)),
      release: content?.text(0) ?? '',
      releaseDigest: content?.digest(1) ?? null,
      contentDigest: content?.digest(2) ?? null,
      downloadDigest: content?.digest(3) ?? null,
    });
  }
  return { time: new Date(commit.microseconds(0) / 1000), actor: commit.text(1), versions };
}
