interface Signature {
  readonly format: string;
  readonly offsetBytes: number;
  readonly magic: string;
  readonly readable: boolean;
}

const sign = (format: string, magic: string, readable = true, offsetBytes = 0): Signature => ({
  format,
  magic,
  readable,
  offsetBytes,
});

/** First match wins. `magic` holds one byte a character. */
const SIGNATURES: readonly Signature[] = [
  sign("JPEG", "\xff\xd8\xff"),
  sign("PNG", "\x89PNG\r\n\x1a\n"),
  sign("WebP", "WEBPVP8", true, 8),
  sign("GIF", "GIF8"),
  sign("TIFF", "II*\0"),
  sign("TIFF", "MM\0*"),
  sign("AVIF", "ftypavi", true, 4),
  sign("HEIC", "ftyp", false, 4),
  sign("BMP", "BM", false),
  sign("PDF", "%PDF", false),
  sign("SVG or XML", "<", false),
  sign("a zip archive", "PK\x03\x04", false),
];

/** A file format, by its name for messages. */
export interface SniffedFormat {
  readonly format: string;
  /** Whether pictures of this format are read; SVG is not, since a picture from a stranger must not refer to others. */
  readonly readable: boolean;
}

/** The format that a file's first bytes tell; undefined where they are those of none. */
export function sniffFormat(bytes: Uint8Array): SniffedFormat | undefined {
  return SIGNATURES.find(({ magic, offsetBytes }) =>
    Array.from(magic).every((character, index) => bytes[offsetBytes + index] === character.charCodeAt(0)),
  );
}
