/** The chart that a provenance is about. */
export interface NamedChart {
  readonly name: string
  readonly version: string
}

/**
 * Reads which chart a provenance is about (helm.sh, "Helm Provenance and Integrity"): a message that is signed in the
 * clear, which begins with what Chart.yaml says. The signature is not verified: who pulls decides whom they trust.
 * @returns undefined for what is none.
 */
export function chartOfProvenance(provenance: Buffer): NamedChart | undefined {
  const lines = provenance.toString('utf8').split(/\r?\n/)
  const begin = lines.indexOf('-----BEGIN PGP SIGNED MESSAGE-----')
  const end = lines.indexOf('-----BEGIN PGP SIGNATURE-----', begin)
  if (begin < 0 || end < 0) return undefined
  const message = lines.slice(begin, end)
  const [name, version] = ['name', 'version'].map((key) => valueOf(message, key))
  return name === undefined || version === undefined ? undefined : { name, version }
}

// Helm writes both as they are, or in quotation marks.
function valueOf(lines: readonly string[], key: string): string | undefined {
  const line = lines.find((one) => one.startsWith(`${key}: `))
  return line && /^\w+: (["']?)([\w.+-]+)\1\s*$/.exec(line)?.[2]
}
