/** Bytes as text to be shown: undefined for what is no UTF-8, or has control characters that no text has. */
export function textFrom(bytes: Buffer, isCut = false): string | undefined {
  // A character may lie across the end of what was read.
  for (let cut = 0; cut < (isCut ? 4 : 1); cut++) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - cut))
      return hasControls(text) ? undefined : text
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }
  return undefined
}

// oxlint-disable-next-line no-control-regex
const hasControls = (text: string): boolean => /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text)
