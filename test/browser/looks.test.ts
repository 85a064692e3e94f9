import { join } from 'node:path'
import t from 'tap'
import { gallery } from '../support/gallery.js'
import { axeFindings, openBrowser, overflow, schemes, screenshotFolder, visit } from '../support/browser.js'
import { registryFor } from '../support/registries.js'

void t.test('every page in both looks: axe finds nothing, and nothing goes wrong', async (t) => {
  const browser = await openBrowser(t)
  const folder = screenshotFolder()
  t.comment(`screenshots are in ${folder}`)
  const { registry, pictures } = await gallery(t)
  const locked = await registryFor(t, { accounts: [{ username: 'alice', password: 'secret' }] })
  const empty = await registryFor(t)
  for (const scheme of schemes) {
    for (const [where, pages] of [
      [registry, pictures],
      [locked.registry, [['login', '/login'] as const]],
      [empty.registry, [['empty', '/'] as const, ['empty-live', '/live'] as const]],
    ] as const) {
      const { page, wrongs, go, context } = await visit(browser, where, { scheme })
      for (const [name, path] of pages) {
        await go(path)
        if (path === '/live') await page.getByText('Live', { exact: true }).waitFor()
        await page.screenshot({ path: join(folder, `${name}-${scheme}.png`), fullPage: true })
        t.same(await axeFindings(page), [], `${name}, ${scheme}`)
      }
      t.same(wrongs, [], scheme)
      await context.close()
    }
  }
})

void t.test('a phone shows every page without scrolling sideways', async (t) => {
  const browser = await openBrowser(t)
  const folder = screenshotFolder()
  const { registry, pictures } = await gallery(t)
  const { page, wrongs, go } = await visit(browser, registry, { width: 360 })
  for (const [name, path] of pictures) {
    await go(path)
    await page.screenshot({ path: join(folder, `${name}-phone.png`), fullPage: true })
    t.equal(await overflow(page), 0, name)
  }
  t.same(wrongs, [])
})
