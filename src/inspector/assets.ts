import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Reply } from '../protocol/call.js'
import { formatPage } from '../route/page.js'

const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' } as const

type AssetName = 'style.css' | 'script.js' | 'icon.svg'

interface Asset {
  readonly file: string
  readonly type: string
  readonly bytes: Buffer
}

const read = (name: AssetName): Asset => {
  const bytes = readFileSync(new URL(`assets/${name}`, import.meta.url))
  const [stem, extension] = name.split('.') as [string, keyof typeof types]
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return { file: `${stem}.${hash}.${extension}`, type: `${types[extension]}; charset=utf-8`, bytes }
}

const names: readonly AssetName[] = ['style.css', 'script.js', 'icon.svg']
const assets = new Map(names.map((name) => [name, read(name)]))
const byFile = new Map([...assets.values()].map((asset) => [asset.file, asset]))

/** Where a file of the pages is: another one has another address, so that browsers keep it for good. */
export const assetPath = (name: AssetName): string =>
  formatPage({ name: 'asset', file: (assets.get(name) as Asset).file })

/** A file of the pages; undefined when there is none. */
export function assetReply(file: string): Reply | undefined {
  const asset = byFile.get(file)
  return (
    asset && {
      status: 200,
      headers: {
        'Content-Type': asset.type,
        'Content-Length': asset.bytes.length,
        'Cache-Control': 'public, max-age=31536000, immutable',
        'X-Content-Type-Options': 'nosniff',
        'Cross-Origin-Resource-Policy': 'same-origin',
      },
      body: asset.bytes,
    }
  )
}
