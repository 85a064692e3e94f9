import type { Reply } from '../../protocol/call.js'
import type { Digest } from '../../route/names.js'
import { first, formatQuery } from '../../route/query.js'
import { hasZstd, sniffLayer, type SniffedLayer } from '../content/layer.js'
import { listLayer, readFiles, type FilePreview, type LayerFile, type LayerListing } from '../content/layer-files.js'
import { textFrom } from '../content/text.js'
import type { StoredBlob } from '../../store/store.js'
import { html, type Html, type HtmlValue } from '../html.js'
import { copyButton } from '../parts/commands.js'
import { crumbsOf } from '../parts/crumbs.js'
import { rawText, strip } from '../parts/facts.js'
import { filterBox } from '../parts/forms.js'
import { pageReply } from '../parts/layout.js'
import { counted, shortDigest, sizeText } from '../parts/words.js'
import type { Visit } from '../visit.js'
import { missingPage } from './missing.js'

const packings = { gzip: 'gzip', zstd: 'zstd', none: 'not packed' } as const

/** What is in a layer: its files, or the beginning of one of them. */
export async function layerPage(visit: Visit, repository: string, digest: Digest): Promise<Reply> {
  const { store, viewer, at, query } = visit
  const blob = viewer.maySee(repository) ? await store.blob(repository, digest, at) : undefined
  if (!blob) return missingPage(visit)
  const sniffed = await sniffLayer(blob)
  const path = first(query, 'path')
  const body = path === undefined ? await contentOf(visit, blob, sniffed) : await previewOf(blob, sniffed, path)
  if (body === undefined) return missingPage(visit)
  const name = shortDigest(digest)
  return pageReply(visit, {
    title: `Layer ${name}`,
    heading: html`Layer <code>${name}</code>`,
    here: 'contents',
    crumbs: crumbsOf(visit, repository, { text: name }),
    main: html`<p class="lead">${copyButton(digest, 'Copy the digest')}</p>
      ${strip([
        ['Size', sizeText(blob.size)],
        ['Packed', packings[sniffed.packing]],
      ])}
      ${body}`,
  })
}

async function contentOf({ query }: Visit, blob: StoredBlob, sniffed: SniffedLayer): Promise<HtmlValue> {
  const { packing, isTar, head } = sniffed
  if (isTar === false) return plainContent(blob, head)
  if (packing === 'zstd' && !hasZstd) {
    return html`<section class="empty">
      <h2>Packed with zstd</h2>
      <p>Node reads it from version 22.15 on; this one is ${process.version}.</p>
    </section>`
  }
  const filter = first(query, 'filter') ?? ''
  return fileList(await listLayer(blob, packing, { wanted: (path) => path.includes(filter) }), filter)
}

// What is no archive is often a text: a config, an SBOM, a signature's payload.
function plainContent({ size }: StoredBlob, head: Buffer): Html {
  const isCut = size > head.length
  const text = textFrom(head, isCut)
  if (text === undefined) return html`<section class="empty"><h2>No archive, and no text</h2></section>`
  return html`<section>
    <h2>Content</h2>
    ${
      isCut
        ? html`<pre tabindex="0">${text}</pre>
            <p class="hint">The rest is not shown.</p>`
        : rawText(text, `${counted(size, 'byte')} of text`)
    }
  </section>`
}

function fileList({ files, count, cut }: LayerListing, filter: string): Html {
  return html`<section>
    <h2>${counted(count, 'file')}${cut !== undefined && ' so far'}</h2>
    ${cut !== undefined && html`<p class="problem">${cut}</p>`} ${filterBox('Filter files', filter, 'etc/')}
    ${
      files.length > 0
        ? html`<ul class="files">
            ${files.map(fileRow)}
          </ul>`
        : html`<p class="empty">No file${filter !== '' && html` has “${filter}” in its path`}.</p>`
    }
    ${count > files.length && html`<p class="hint">The first ${counted(files.length, 'file')}; a filter finds the others.</p>`}
  </section>`
}

function fileRow({ path, type, size, mode, target }: LayerFile): Html {
  const name = type === 'file' ? html`<a href="${formatQuery({ path })}">${path}</a>` : html`<span>${path}</span>`
  return html`<li>
    <code class="mode">${modeText(type, mode)}</code><span class="size">${type === 'file' && sizeText(size)}</span
    ><span class="path">${name}${target !== '' && html` → ${target}`}${whiteout(path)}</span>
  </li>`
}

// image-spec "layer.md", "Whiteouts".
const whiteout = (path: string): Html | false =>
  /(?:^|\/)\.wh\.[^/]+$/.test(path) && html` <span class="badge warn">deletes</span>`

const letters: Readonly<Partial<Record<LayerFile['type'], string>>> = { directory: 'd', symlink: 'l' }

const modeText = (type: LayerFile['type'], mode: number): string =>
  (letters[type] ?? '-') + [6, 3, 0].map((shift) => permissions[(mode >> shift) & 7]).join('')

const permissions = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const

async function previewOf(blob: StoredBlob, { packing, isTar }: SniffedLayer, path: string): Promise<Html | undefined> {
  if (isTar === false) return undefined
  const { file } = await readFiles(blob, packing, { file: (one) => one === path })
  return file && preview(file)
}

const preview = ({ file, text, isCut }: FilePreview): Html =>
  html`<section>
    <h2 class="path">${file.path}</h2>
    ${strip([
      ['File size', sizeText(file.size)],
      ['Mode', html`<code>${modeText(file.type, file.mode)}</code>`],
      ['Owner', `${file.uid}:${file.gid}`],
    ])}
    ${text === undefined ? html`<p class="empty">It is no text, and is not shown.</p>` : html`<pre tabindex="0">${text}</pre>`}
    ${isCut && html`<p class="hint">The rest is not shown.</p>`}
    <p><a href="?">All files of the layer</a></p>
  </section>`
