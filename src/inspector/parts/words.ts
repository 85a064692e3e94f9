import { html, type Html } from '../html.js'

const units = ['kB', 'MB', 'GB', 'TB'] as const

/** A number of bytes as people read it: `512 B`, `3.4 MB`; 1 kB is 1,000 bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  let value = bytes
  let unit = -1
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`
}

/** A number with the word for what is counted: `1 tag`, `5,000 tags`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** A time as people read it: how long ago, and the whole of it as the title. */
export function timeOf(at: number, now: number): Html {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return html``
  const iso = date.toISOString()
  return html`<time datetime="${iso}" title="${iso}">${agoText(at, now)}</time>`
}

function agoText(at: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000))
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${counted(Math.floor(seconds / 60), 'minute')} ago`
  if (seconds < 86_400) return `${counted(Math.floor(seconds / 3600), 'hour')} ago`
  if (seconds < 30 * 86_400) return `${counted(Math.floor(seconds / 86_400), 'day')} ago`
  return new Date(at).toISOString().slice(0, 10)
}

/** A digest, shortened, with the whole of it as the title. */
export const digestOf = (digest: string): Html =>
  html`<code class="digest" title="${digest}">${shortDigest(digest)}</code>`

export const shortDigest = (digest: string): string => {
  const colon = digest.indexOf(':')
  return digest.length > colon + 13 ? `${digest.slice(0, colon + 13)}…` : digest
}

/** A text with what looks like the hex of a digest shortened: for tags of cosign's, and targets. */
export const shortenHex = (text: string): string => text.replace(/[0-9a-f]{40,}/g, (hex) => `${hex.slice(0, 12)}…`)

/** A part of a whole as a bar, which is there to be seen only: the number stands beside it. */
export function bar(part: number, whole: number): Html {
  const width = whole > 0 && part > 0 ? Math.max(0.5, (part / whole) * 100).toFixed(1) : '0'
  return html`<svg class="bar" aria-hidden="true" focusable="false">
    <rect class="whole" width="100%" height="100%" rx="3" />
    <rect class="part" width="${width}%" height="100%" rx="3" />
  </svg>`
}

/** A small label. @param tone What its colour says. */
export const badge = (text: string, tone: 'plain' | 'good' | 'bad' | 'warn' = 'plain'): Html =>
  html`<span class="badge ${tone}">${text}</span>`

/** The last part of a media type that says something: `oci.image.layer.v1.tar+gzip`. */
export const shortType = (mediaType: string): string => mediaType.replace(/^application\/(?:vnd\.)?/, '')
