// CRC-32 as in ZIP and gzip. The server and the browser compare the statuses of a draft by it.
const polynomial = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
  }
  return remainder;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

// In 8 hexadecimal digits, as the server writes it.
export function crc32Text(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
