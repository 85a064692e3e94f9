import { mkdirSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { Registry } from 'start-registry'
import { needBinary } from '../../vendor-binaries/find.js'
import type { Teardown } from './registries.js'

/** The two looks that a page has. */
export const schemes = ['light', 'dark'] as const
export type Scheme = (typeof schemes)[number]

export interface Look {
  readonly scheme?: Scheme
  /** @default 1280 */
  readonly width?: number
  readonly javaScript?: boolean
}

/** The system's Chromium without a window, closed when the test ends. */
export async function openBrowser(t: Teardown): Promise<Browser> {
  const { path } = await needBinary('chromium')
  // As root, in a container, its own sandbox cannot be set up; it opens pages of ours alone.
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  return browser
}

/** A page of a registry, with everything that went wrong on it. */
export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, refusals of the policy, requests that failed or went elsewhere, dialogs. */
  readonly wrongs: string[]
  readonly go: (path: string) => Promise<void>
}

/** Opens a window of its own on a registry. */
export async function visit(browser: Browser, { url }: Registry, look: Look = {}): Promise<Visit> {
  const { scheme = 'light', width = 1280, javaScript = true } = look
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 900 },
    javaScriptEnabled: javaScript,
    baseURL: url,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const wrongs: string[] = []
  page.on('pageerror', (error) => wrongs.push(`script: ${error.message}`))
  page.on('console', (message) => {
    // Chromium says so of each page that is not there, and some are asked for on purpose.
    if (message.type() === 'error' && !message.text().includes('status of 40'))
      wrongs.push(`console: ${message.text()}`)
  })
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) wrongs.push(`went to ${request.url()}`)
  })
  return { page, context, wrongs, go: async (path) => void (await page.goto(path)) }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on a page, a line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Into the page's world by the debugger, whatever the page's policy says of scripts.
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: (
          options: object,
        ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
      }
    }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    )
  })
}

/** Whether a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } }
    }
    return document.documentElement.scrollWidth - document.documentElement.clientWidth
  })

/** Where pictures are kept: the folder that SCREENSHOTS names, or one of the system's for what may go. */
export function screenshotFolder(): string {
  const named = process.env['SCREENSHOTS']
  if (named === undefined || named === '') return mkdtempSync(join(tmpdir(), 'start-registry-screenshots-'))
  mkdirSync(named, { recursive: true })
  return named
}
