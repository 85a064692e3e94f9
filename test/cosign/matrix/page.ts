import { Footnotes } from '../../../scenarios/compatibility/footnotes.js'
import { table } from '../../../scenarios/compatibility/table.js'
import { cosigns } from '../../../scenarios/cosign/versions.js'
import { cells, nameOf, type Cell } from '../../support/cosign-cells.js'
import type { Seen } from './play.js'

/** The page's file. */
export const pageFile = 'COSIGN.md'

const introduction = `# What cosign signs and verifies, and we

Each version of cosign signs or attests in each way, and we verify it by both strictnesses; we sign or attest in each way, and
each version verifies it. \`npm test\` tries every cell with the real clients, and fails when one is not as it stands here;
\`npm run cosign-matrix\` tries them and writes this page.

- by: with a key, or with a certificate of a private PKI whose root is trusted. Signatures are in no transparency log.
- where: behind a tag (\`.sig\`, \`.att\`), or as a referrer of the image: in OCI 1.1's experimental mode or with a sigstore bundle.
  Referrers are found by the API, or by the tag of the referrers tag schema on a registry without it.
- ✗ is what a version cannot do, with its own message below. In an empty cell nothing was tried: nobody stores attestations so.
- An attestation of cosign 1.0.0 behind a tag has a form that no other version verifies, and it verifies no other: we make both.

`

const what: Readonly<Record<Cell['what'], string>> = { sign: 'signature', attest: 'attestation' }
const where: Readonly<Record<Cell['where'], string>> = { tag: 'tag', 'oci-1-1': 'OCI 1.1', bundle: 'bundle' }

function whereOf(cell: Cell): string {
  if (cell.referrersApi === undefined) return where[cell.where]
  return `${where[cell.where]}, ${cell.referrersApi ? 'referrers API' : 'fallback tag'}`
}

/** The matrix as a Markdown page. */
export function matrixPage(seen: readonly Seen[]): string {
  const footnotes = new Footnotes()
  const roles = ['signs', 'verifies'] as const
  const columns = roles.flatMap((role) => cosigns.map(({ version }) => ({ role, version })))
  const header = ['by', 'what', 'where', ...columns.map(({ role, version }) => `${version} ${role}`)]
  const rows = cells.map((cell) => {
    const own = seen.filter((one) => nameOf(one.cell) === nameOf(cell))
    const marks = columns.map(({ role, version }) =>
      mark(
        own.find((one) => one.role === role && one.version === version),
        footnotes,
      ),
    )
    return [cell.by, what[cell.what], whereOf(cell), ...marks]
  })
  return introduction + table([header, ...rows]) + footnotes.section()
}

function mark(seen: Seen | undefined, footnotes: Footnotes): string {
  if (!seen) return ''
  const { version, message: defect } = seen
  if (defect === undefined) return '✓'
  const [number] = footnotes.of({ client: 'cosign', version, defect })
  return `✗ [${number}]`
}
