import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPages } from './desk.mjs'
import { goTo, LOOKS, walking } from './walking'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Where pictures of every state go, for whoever wants to look. */
const pictures = process.env['SLA_PICTURES']

let pages: Awaited<ReturnType<typeof startPages>>
const { newPage } = walking(() => pages.address)

beforeAll(async () => {
  pages = await startPages('dist-gallery')
})

afterAll(() => pages?.stop())

async function open(language: 'de' | 'en' = 'en', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme,
    reducedMotion: 'reduce',
  })
  await page.addInitScript((code) => localStorage.setItem('sla-desk.language', code), language)
  await page.goto(pages.address)
  await page.locator('[data-page]').first().waitFor()
  return page
}

/** Goes to a place in the gallery, and waits until each state there is brought about; says what the page complained of. */
async function visit(page: Page, place: string): Promise<string[]> {
  const complaints: string[] = []
  const hear = (message: { type: () => string; text: () => string }) => {
    if (message.type() === 'error') complaints.push(message.text())
  }
  const hearThrown = (error: Error) => complaints.push(String(error))
  page.on('console', hear)
  page.on('pageerror', hearThrown)
  await goTo(page, `${place}?month=2026-10`)
  const [, alone] = place.split('/')
  const mark = alone === undefined ? '[data-page][aria-current]' : `[id="${alone}"]`
  await page.locator(mark).waitFor({ state: 'attached' })
  const unready = page.locator('[data-specimen="false"]')
  await unready
    .first()
    .waitFor({ state: 'detached' })
    .catch(async () => {
      const names = await unready.evaluateAll((all) => all.map(({ id }) => id))
      complaints.push(`not brought about: ${names.join(', ')}`)
    })
  page.off('console', hear)
  page.off('pageerror', hearThrown)
  return complaints
}

async function seriousIn(page: Page): Promise<unknown[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string | null; nodes: { html: string }[] }[]
  }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])
}

const namesIn = (page: Page, selector: string, of: string): Promise<string[]> =>
  page.locator(selector).evaluateAll((all, of) => all.map((one) => one.getAttribute(of) ?? ''), of)

async function take(page: Page, name: string, section?: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  const path = join(pictures, `${name}.png`)
  await (section === undefined ? page.screenshot({ path }) : page.locator(section).screenshot({ path }))
}

// One look takes minutes; the journeys look at the rooms in others.
test.each(process.env['SLA_ALL_LOOKS'] ? LOOKS : LOOKS.slice(0, 1))(
  'nothing serious in any state of any part: $language, $theme',
  async ({ language, theme }) => {
    const page = await open(language, theme)
    const wrong: unknown[] = []
    const look = async (place: string) => {
      const found = [...(await visit(page, place)), ...(await seriousIn(page))]
      if (found.length > 0) wrong.push([place, ...found])
    }
    const named = (room: string, name: string) => `${room}-${name}-${language}-${theme}`
    for (const room of await namesIn(page, '[data-page]', 'data-page')) {
      await look(room)
      for (const name of await namesIn(page, '[data-specimen]', 'id'))
        await take(page, named(room, name), `[id="${name}"]`)
      for (const name of await namesIn(page, '[data-alone]', 'data-alone')) {
        await look(`${room}/${name}`)
        await take(page, named(room, name))
      }
    }
    expect(wrong).toEqual([])
  },
  600_000,
)

test('50 000 rows: only those in sight are drawn, and keys lead to the last and back', async () => {
  const page = await open()
  await visit(page, 'tables')
  const table = page.locator('#fifty-thousand')
  await table.locator('tbody tr').first().waitFor()
  expect(await table.locator('tbody tr[data-index]').count()).toBeLessThan(60)
  await table.locator('tbody tr[tabindex="0"]').focus()
  await page.keyboard.press('End')
  await table.locator('tr[data-index="49999"]:focus').waitFor()
  await page.keyboard.press('Home')
  await table.locator('tr[data-index="0"]:focus').waitFor()
})
